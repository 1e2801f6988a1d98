/** Text from elsewhere must not move the cursor or recolour the terminal; tabs may stay. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "�");
}

/** One log line: Lambda's format writes a newline inside a message as a carriage return. */
export function printableLog(line: string): string {
  return line.split("\r").map(printable).join("\n    ");
}
