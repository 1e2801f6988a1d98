import { describePackage, PackageTrial } from "./package-trial.ts";

let packages: PackageTrial;
let results: Record<string, unknown>;

const SOURCE = `
  import Ajv from "ajv";
  import addFormats from "ajv-formats";
  import { marked } from "marked";
  import Handlebars from "handlebars";
  import { parse, parseDocument, stringify } from "yaml";
  import { parse as csv } from "csv-parse/sync";
  import { parse as csvStream } from "csv-parse";
  import { XMLBuilder, XMLParser, XMLValidator } from "fast-xml-parser";
  import { Readable } from "node:stream";
  import { pipeline } from "node:stream/promises";

  const ajv = new Ajv({ allErrors: true });
  addFormats(ajv);
  const isOrder = ajv.compile({
    type: "object", required: ["mail", "count"], additionalProperties: false,
    properties: { mail: { type: "string", format: "email" }, count: { type: "integer", minimum: 1 } },
  });
  Handlebars.registerHelper("loud", (text) => text.toUpperCase());
  const letter = Handlebars.compile("{{#each names}}{{loud this}} {{/each}}{{{raw}}}{{escaped}}");
  const xml = { ignoreAttributes: false };

  export const handler = async () => {
    const rows = [];
    for await (const row of Readable.from(["a,b\\n1,", '"x, ""y"""\\n2,z\\n']).pipe(csvStream({ columns: true }))) rows.push(row);
    const broken = await pipeline(Readable.from(['a,b\\n"']), csvStream()).catch((error) => error.code);
    return {
      ajv: [isOrder({ mail: "a@b.ch", count: 1 }), isOrder({ mail: "nobody", other: 1 }), isOrder.errors.map(({ keyword }) => keyword)],
      marked: marked.parse("# Hi **b**\\n\\n|a|\\n|-|\\n|1|"),
      handlebars: letter({ names: ["a", "b"], raw: "<b>", escaped: "<i>" }),
      yaml: [parse("a: &x [1, 2]\\nb: *x\\nc: |\\n  t\\n"), stringify({ a: [1, { b: null }] }), parseDocument("a: 1\\nb: [").errors.map(({ linePos }) => linePos[0].line)],
      "csv-parse": [csv("a;b\\n1;2", { columns: true, delimiter: ";", cast: true }), rows, broken],
      "fast-xml-parser": [new XMLParser(xml).parse('<a x="1"><b>2</b><b>3</b></a>'), new XMLBuilder(xml).build({ a: { "@_x": "1", b: [2, 3] } }), XMLValidator.validate("<a><b></a>").err.line],
    };
  };`;

beforeAll(async () => {
  packages = await PackageTrial.start();
  results = (await packages.run(SOURCE)) as Record<string, unknown>;
});
afterAll(() => packages.stop());

describePackage("ajv", () => {
  test("compiles schemas to code and names every rule that was broken", () => {
    expect(results["ajv"]).toEqual([true, false, ["required", "additionalProperties", "format"]]);
  });
});

describePackage("cheerio", () => {
  test("selects, changes and reads HTML", async () => {
    const source = `
      import * as cheerio from "cheerio";
      export const handler = async () => {
        const $ = cheerio.load("<ul id=a><li class=x>1</li><li>2 &amp; 3</li></ul>");
        $("li.x").text("one").after("<li>new</li>");
        return [$("#a").html(), $("li").map((_, item) => $(item).text()).get()];
      };`;
    const html = '<li class="x">one</li><li>new</li><li>2 &amp; 3</li>';
    expect(await packages.run(source)).toEqual([html, ["one", "new", "2 & 3"]]);
  });
});

describePackage("marked", () => {
  test("makes HTML of Markdown", () => {
    expect(results["marked"]).toMatch(/^<h1>Hi <strong>b<\/strong><\/h1>\n<table>[^]*<td>1<\/td>/);
  });
});

describePackage("handlebars", () => {
  test("compiles templates to code, with helpers and escapes", () => {
    expect(results["handlebars"]).toBe("A B <b>&lt;i&gt;");
  });
});

describePackage("yaml", () => {
  test("reads anchors and blocks, writes, and says where an error is", () => {
    expect(results["yaml"]).toEqual([
      { a: [1, 2], b: [1, 2], c: "t\n" },
      "a:\n  - 1\n  - b: null\n",
      expect.arrayContaining([2]),
    ]);
  });
});

describePackage("csv-parse", () => {
  test("reads at once and from a stream, whose error comes out of the pipeline", () => {
    expect(results["csv-parse"]).toEqual([
      [{ a: 1, b: 2 }],
      [
        { a: "1", b: 'x, "y"' },
        { a: "2", b: "z" },
      ],
      "CSV_QUOTE_NOT_CLOSED",
    ]);
  });
});

describePackage("fast-xml-parser", () => {
  test("reads, writes and checks XML", () => {
    expect(results["fast-xml-parser"]).toEqual([{ a: { b: [2, 3], "@_x": "1" } }, '<a x="1"><b>2</b><b>3</b></a>', 1]);
  });
});
