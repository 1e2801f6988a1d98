/** What the service model says, in the form that `scripts/lambda-model.ts` writes it. Facts only, no texts. */

export interface Member {
  readonly shape: string;
  /** Absent: in the JSON body, or the body itself if the structure names it as its payload. */
  readonly in?: "uri" | "query" | "header" | "status";
  /** What it is called there; absent: as the member. */
  readonly name?: string;
  readonly required?: true;
  /** Of an event of a stream: the bytes of its message rather than a part of its JSON. */
  readonly eventPayload?: true;
}

interface Sensitive {
  /** Never repeated in a message. */
  readonly sensitive?: true;
}

export interface StringShape extends Sensitive {
  readonly type: "string";
  readonly min?: number;
  readonly max?: number;
  /** Must match as a whole. */
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

export interface BlobShape extends Sensitive {
  readonly type: "blob";
  readonly min?: number;
  readonly max?: number;
  readonly streaming?: true;
}

export interface NumberShape {
  readonly type: "integer" | "long" | "double";
  readonly min?: number;
  readonly max?: number;
}

export interface ListShape extends Sensitive {
  readonly type: "list";
  readonly member: string;
  readonly min?: number;
  readonly max?: number;
}

export interface MapShape extends Sensitive {
  readonly type: "map";
  readonly key: string;
  readonly value: string;
  readonly min?: number;
  readonly max?: number;
}

export interface StructureShape {
  readonly type: "structure";
  readonly members: Readonly<Record<string, Member>>;
  /** The member that is the whole body. */
  readonly payload?: string;
  /** Its members are the kinds of events of a stream. */
  readonly eventStream?: true;
}

export interface BooleanShape {
  readonly type: "boolean";
}

/** Seconds since 1970 in bodies and ISO 8601 in queries: the protocol's defaults, which the model keeps. */
export interface TimestampShape {
  readonly type: "timestamp";
}

export type Shape =
  | StringShape
  | BlobShape
  | NumberShape
  | BooleanShape
  | TimestampShape
  | ListShape
  | MapShape
  | StructureShape;

export interface OperationModel {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** `/2015-03-31/functions/{FunctionName}`, with the query that belongs to it. */
  readonly uri: string;
  /** Of success, unless the output says another. */
  readonly status: number;
  readonly input: string;
  readonly output?: string;
  readonly errors: readonly string[];
}

export interface ErrorModel {
  readonly status: number;
  readonly fault: "User" | "Service";
  /** AWS spells it both ways, by error. */
  readonly message: "Message" | "message";
}
