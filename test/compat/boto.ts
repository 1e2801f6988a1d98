import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { findBoto } from "../support/aws-programs.ts";
import { type CompatProduct, type KeyPair, REGION } from "./compat-product.ts";
import type { Document } from "./step.ts";

export interface BotoAnswer {
  readonly result?: Document;
  /** The code that a ClientError has, or the name of boto3's own error. */
  readonly error?: string;
  /** The class of the error. */
  readonly kind?: string;
  readonly status?: number;
  readonly message?: string;
}

interface BotoCall {
  readonly do: "call" | "wait" | "paginate";
  readonly name: string;
  readonly arguments: Document;
}

/** boto3 in one Python process: starting it costs more than a hundred calls. */
export class Boto {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #endpoint: string;
  readonly #key: KeyPair;
  #log = "";

  constructor(product: CompatProduct) {
    this.#endpoint = product.endpoint;
    this.#key = product.admin;
    const child = spawn(findBoto(), [join(import.meta.dirname, "boto.py")], { stdio: ["pipe", "pipe", "pipe"] });
    child.stderr.on("data", (chunk: Buffer) => (this.#log += chunk.toString()));
    const lines: Interface = createInterface({ input: child.stdout });
    this.#child = child;
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** @param options another key, or none */
  async ask(call: BotoCall, options: { readonly key?: KeyPair; readonly signed?: boolean } = {}): Promise<BotoAnswer> {
    const { accessKeyId, secretAccessKey } = options.key ?? this.#key;
    const client = {
      endpoint_url: this.#endpoint,
      region_name: REGION,
      aws_access_key_id: accessKeyId,
      aws_secret_access_key: secretAccessKey,
      ...(options.signed === undefined ? {} : { signed: options.signed }),
    };
    this.#child.stdin?.write(`${JSON.stringify({ ...call, arguments: encode(call.arguments), client })}\n`);
    const line = await this.#lines.next();
    if (line.done === true) throw new Error(`boto3 ended:\n${this.#log}`);
    return JSON.parse(line.value, reviveBytes) as BotoAnswer;
  }

  /** A call that succeeds. */
  async call(name: string, args: Document, key?: KeyPair): Promise<Document> {
    return this.#result(await this.ask({ do: "call", name, arguments: args }, key === undefined ? {} : { key }));
  }

  /** Every page. */
  async paginate(name: string, args: Document): Promise<readonly Document[]> {
    return this.#result(await this.ask({ do: "paginate", name, arguments: args })) as unknown as readonly Document[];
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.stdin?.end();
    await ended;
  }

  #result({ result, error, message }: BotoAnswer): Document {
    if (error !== undefined) throw new Error(`${error}: ${message}`);
    return result ?? {};
  }
}

function encode(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(encode);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, encode(one)]));
}

/** What Python sends as bytes is text in all of these tests. */
function reviveBytes(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("$bytes" in value)) return value;
  return Buffer.from(String(value.$bytes), "base64").toString();
}
