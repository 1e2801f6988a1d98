/**
 * A start that cannot succeed until somebody changes something: a setting, a port, a server. Its message is for the
 * person who starts the process and says what to change, so it is printed without a stack.
 */
export class StartError extends Error {
  override readonly name: string = "StartError";
}
