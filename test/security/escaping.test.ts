import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endpointOf } from "../../lib/adapters/pg/endpoint.js";
import { rowsOfQuery } from "../../lib/adapters/registry/query-rows.js";
import { printableLine } from "../../lib/cli/terminal/printable.js";
import { Progress } from "../../lib/cli/terminal/progress.js";
import type { Finding } from "../../lib/core/finding.js";
import { markdownCode, markdownText, renderMarkdown } from "../../lib/core/render/markdown.js";
import { serverUrl } from "../support/postgres.js";

const HOSTILE = [
  "a\rb\r# heading",
  "\r\n- item",
  "&#64;everyone",
  "&lt;img src=x>",
  "https://evil.example/x",
  "WWW.evil.example",
  "a@evil.example",
  "#123",
  "1. one",
  "- one",
  "+ one",
  "===",
  "    indented",
  "[x](javascript:alert(1))",
  "![](//evil.example)",
  "<script>",
  "`` ` ``",
  "",
  " ",
  "|",
  "$x$",
  "\u001b[31mred",
  "\u202egnp.exe",
  "\\",
  "``",
];
const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: "grapheme" }),
  fc.array(fc.constantFrom(...HOSTILE)).map((parts) => parts.join("")),
);

describe("a name in Markdown", () => {
  it("stays on its line, opens nothing, links nothing and mentions nobody", () => {
    fc.assert(
      fc.property(text, (name) => {
        const written = markdownText(name);
        expect(written).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
        expect(written).not.toMatch(/(?<!\\)(?:\\\\)*[`*_{}[\]<>#|~!&$]/);
        expect(written).not.toMatch(/:\/\/|www\.|(?<!\u200b)@|@(?!\u200b)|#(?!\u200b)/i);
        expect(written).not.toMatch(/^\s|^[-+=]|^\d+[.)]/);
      }),
    );
  });

  it("as code stays within its ticks", () => {
    fc.assert(
      fc.property(text, text, (one, two) => {
        const written = `${markdownCode(one)}, ${markdownCode(two)}`;
        expect(written).not.toMatch(/[\p{Cc}\u202e]/u);
        // Every run of ticks is an opening one or the closing one of the same length: two spans, and nothing else.
        const runs = [...written.matchAll(/`+/g)].map((match) => match[0].length);
        let open: number | null = null;
        let spans = 0;
        for (const run of runs) {
          if (open === null) open = run;
          else if (run === open) {
            open = null;
            spans += 1;
          }
        }
        expect([open, spans]).toEqual([null, 2]);
      }),
    );
  });

  it("in a finding makes no line of its own, also as its code, and a fence holds what it is given", () => {
    fc.assert(
      fc.property(text, text, (name, sql) => {
        const finding: Finding = {
          code: name || "x",
          gate: "lint",
          severity: "error",
          subject: { kind: "table", name },
          message: name,
          tenants: [name],
          remedy: { text: name, sql },
        };
        const lines = renderMarkdown([finding], { version: "1", title: name }).split("\n");
        const fenceAt = lines.findIndex((line) => /^`{3,}sql$/.test(line));
        const ticks = lines[fenceAt]?.replace("sql", "") ?? "";
        expect(lines.slice(fenceAt + 1).filter((line) => line.startsWith(ticks))).toEqual([ticks]);
        expect(lines.slice(0, fenceAt).filter((line) => line.startsWith("#")).length).toBe(2);
        expect(lines.join("\n")).not.toContain("\r");
      }),
    );
  });
});

describe("a name on a terminal", () => {
  it("moves no cursor, changes no colour and begins no line", () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(printableLine(name)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
        const stderr = new PassThrough();
        const progress = new Progress({ stderr, live: false, columns: 80 } as never, () => 0);
        progress.start("Load");
        progress.end(name);
        expect(String(stderr.read()).replace(/\n$/, "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });
});

describe("an error of the registry query", () => {
  it.each([
    "select 'hunter2'::int",
    "select 'hunter2'::date",
    "select ('{\"a\": hunter2')::json",
    "select 1 / (length('hunter2') - 7)",
  ])("repeats no value of its rows: %s", async (sql) => {
    const failed = rowsOfQuery(
      endpointOf(serverUrl("18")),
      sql.replace("'hunter2'", "(select secret from (values ('hunter2')) t(secret))"),
    );
    await expect(failed).rejects.toThrow(/the server's message is not shown|could not be used/);
    await expect(failed).rejects.not.toThrow(/hunter2/);
  });

  it("still names what is missing", async () => {
    await expect(rowsOfQuery(endpointOf(serverUrl("18")), "select * from tenants")).rejects.toThrow(
      /relation "tenants" does not exist/,
    );
  });
});
