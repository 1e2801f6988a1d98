/** Why a target could not be told; the message is for the owner of the function. */
export class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  /** It would be the same the next time. */
  readonly permanent: boolean;

  constructor(message: string, options: { readonly permanent?: boolean; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.permanent = options.permanent ?? false;
  }
}
