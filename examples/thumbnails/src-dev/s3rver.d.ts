/** The part of s3rver 3.7 that is used here; it is a Koa application. */
declare module "s3rver" {
  interface Context {
    readonly req: import("node:http").IncomingMessage;
    status: number;
    type: string;
    body: unknown;
  }

  export default class S3rver {
    constructor(options: {
      readonly silent: boolean;
      readonly directory: string;
      readonly vhostBuckets: boolean;
      readonly configureBuckets: readonly { readonly name: string }[];
    });
    readonly middleware: ((context: Context, next: () => Promise<void>) => Promise<void>)[];
    readonly logger: { close(): void };
    on(event: "event", listener: (notification: unknown) => void): this;
    configureBuckets(): Promise<unknown>;
    callback(): import("node:http").RequestListener;
  }
}
