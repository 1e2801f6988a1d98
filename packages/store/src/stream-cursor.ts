import { PlatformError } from "@sluice/core";

/** Position in a capped stream: `<milliseconds>-<sequence>`, or "0" for its beginning. Cursors come from outside. */
const STREAM_ID = /^[0-9]{1,19}(-[0-9]{1,19})?$/;

/** @throws PlatformError Request.Malformed */
export function checkStreamCursor(text: string): string {
  if (!STREAM_ID.test(text)) throw malformed();
  return text;
}

/** Position of a record: the entry that holds it, and its index inside. */
export interface RecordCursor {
  readonly entry: string;
  readonly index: number;
}

/** @throws PlatformError Request.Malformed */
export function parseRecordCursor(text: string): RecordCursor {
  const slash = text.indexOf("/");
  const entry = text.slice(0, slash);
  const index = text.slice(slash + 1);
  if (slash < 0 || !STREAM_ID.test(entry) || !/^[0-9]{1,9}$/.test(index)) throw malformed();
  return { entry, index: Number(index) };
}

export function formatRecordCursor(cursor: RecordCursor): string {
  return `${cursor.entry}/${cursor.index}`;
}

function malformed(): PlatformError {
  return new PlatformError(
    "Request.Malformed",
    "The cursor is not one that was handed out; leave it out to start anew.",
  );
}
