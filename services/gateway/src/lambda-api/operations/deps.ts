import type {
  ArtifactStore,
  DocumentStore,
  InvocationQueue,
  LogStore,
  MessageQueues,
  Place,
  RecordStreams,
  Registry,
  SourceLeases,
  WorkerDirectory,
} from "@sluice/core";
import type { FunctionCache } from "@sluice/store";
import type { Invoker } from "../../invoker.ts";
import type { UploadBundler } from "@sluice/bundle";
import type { AuthoriseRequest } from "../lambda-api.ts";
import type { CodeLinks } from "./functions/code-links.ts";
import type { ObjectSource } from "./functions/object-source.ts";

/** What the operations of the Lambda API work with. */
export interface OperationDeps {
  readonly registry: Registry;
  readonly artifacts: ArtifactStore;
  readonly documents: DocumentStore;
  readonly messageQueues: MessageQueues;
  readonly recordStreams: RecordStreams;
  readonly sourceLeases: SourceLeases;
  readonly queue: InvocationQueue;
  readonly logs: LogStore;
  readonly workers: WorkerDirectory;
  readonly invoker: Invoker;
  readonly functions: FunctionCache;
  readonly objects: ObjectSource;
  readonly bundler: Pick<UploadBundler, "bundle">;
  readonly codeLinks: CodeLinks;
  /** Undefined: function URLs are paths of this gateway. */
  readonly urlDomain: string | undefined;
  readonly place: Place;
  /** Rejects with LambdaError AccessDeniedException: for what a request names beside the thing that it is about. */
  readonly authorise: (request: AuthoriseRequest) => Promise<void>;
  readonly now: () => number;
  readonly newId: () => string;
}
