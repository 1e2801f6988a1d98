import { nodeError } from "../node-error.ts";

interface OptionConfig {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly multiple?: boolean;
  readonly default?: unknown;
}

interface Config {
  readonly args?: readonly string[];
  readonly options?: Readonly<Record<string, OptionConfig>>;
  readonly strict?: boolean;
  readonly allowPositionals?: boolean;
  readonly allowNegative?: boolean;
}

/** `util.parseArgs`, without its tokens. */
export function parseArgs(config: Config = {}): { values: Record<string, unknown>; positionals: string[] } {
  return new ArgsParser(config).parse();
}

class ArgsParser {
  readonly #config: Config;
  readonly #options: Readonly<Record<string, OptionConfig>>;
  readonly #strict: boolean;
  readonly #values = Object.create(null) as Record<string, unknown>;
  readonly #positionals: string[] = [];
  readonly #rest: string[];

  constructor(config: Config) {
    this.#config = config;
    this.#options = config.options ?? {};
    this.#strict = config.strict ?? true;
    this.#rest = [...(config.args ?? [])];
  }

  parse(): { values: Record<string, unknown>; positionals: string[] } {
    for (let arg = this.#rest.shift(); arg !== undefined; arg = this.#rest.shift()) {
      if (arg === "--") {
        for (const each of this.#rest.splice(0)) this.#positional(each);
      } else if (arg.startsWith("--")) this.#long(arg.slice(2));
      else if (arg.startsWith("-") && arg.length > 1) this.#short(arg.slice(1));
      else this.#positional(arg);
    }
    for (const [name, option] of Object.entries(this.#options)) {
      if (option.default !== undefined && !(name in this.#values)) this.#values[name] = option.default;
    }
    return { values: this.#values, positionals: this.#positionals };
  }

  #positional(arg: string): void {
    if (!(this.#config.allowPositionals ?? !this.#strict)) {
      throw nodeError(
        TypeError,
        "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL",
        `Unexpected argument '${arg}'. This command does not take positional arguments`,
      );
    }
    this.#positionals.push(arg);
  }

  #long(text: string): void {
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    const value = equals < 0 ? undefined : text.slice(equals + 1);
    const positive = name.startsWith("no-") ? name.slice(3) : undefined;
    if (this.#config.allowNegative === true && positive !== undefined && this.#options[positive]?.type === "boolean") {
      this.#store(positive, false);
    } else this.#option(name, value, `--${name}`);
  }

  #short(group: string): void {
    for (let at = 0; at < group.length; at++) {
      const letter = group[at] as string;
      const name = Object.keys(this.#options).find((each) => this.#options[each]?.short === letter) ?? letter;
      if (this.#options[name]?.type === "string" && at + 1 < group.length) {
        this.#option(name, group.slice(at + 1), `-${letter}`);
        return;
      }
      this.#option(name, undefined, `-${letter}`);
    }
  }

  #option(name: string, inline: string | undefined, shown: string): void {
    const option = Object.hasOwn(this.#options, name) ? this.#options[name] : undefined;
    if (option === undefined && this.#strict) {
      throw nodeError(TypeError, "ERR_PARSE_ARGS_UNKNOWN_OPTION", `Unknown option '${shown}'`);
    }
    const takesValue = option?.type === "string";
    const value = inline ?? (takesValue && !(this.#rest[0] ?? "-").startsWith("-") ? this.#rest.shift() : undefined);
    if (this.#strict && takesValue !== (value !== undefined)) {
      const fault = takesValue ? "argument missing" : "does not take an argument";
      const usage = takesValue ? `'${shown} <value>'` : `'${shown}'`;
      throw nodeError(TypeError, "ERR_PARSE_ARGS_INVALID_OPTION_VALUE", `Option ${usage} ${fault}`);
    }
    this.#store(name, value ?? true);
  }

  #store(name: string, value: unknown): void {
    if (name === "__proto__") return;
    const { multiple = false } = this.#options[name] ?? {};
    if (!multiple) this.#values[name] = value;
    else this.#values[name] = [...((this.#values[name] as unknown[] | undefined) ?? []), value];
  }
}
