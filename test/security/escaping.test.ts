import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { approvalMail, outcomeMail } from "../../lib/adapters/notify/email-message.js";
import { escapedForSlack } from "../../lib/adapters/notify/slack-message.js";
import { endpointOf } from "../../lib/adapters/pg/endpoint.js";
import { rowsOfQuery } from "../../lib/adapters/registry/query-rows.js";
import { printable, printableLine } from "../../lib/cli/terminal/printable.js";
import { Progress } from "../../lib/cli/terminal/progress.js";
import type { Finding } from "../../lib/core/finding.js";
import { renderGithub } from "../../lib/core/render/github.js";
import { renderJunit } from "../../lib/core/render/junit.js";
import { markdownCode, markdownText, renderMarkdown } from "../../lib/core/render/markdown.js";
import { renderSarif } from "../../lib/core/render/sarif.js";
import { renderText } from "../../lib/core/render/text.js";
import { visibleLines } from "../../lib/core/visible.js";
import { foreign } from "../../lib/review/html.js";
import { notice } from "../adapters/notify/notices.js";
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

describe("a name in a log of CI", () => {
  const COMMANDS = [
    "::set-output name=approved::yes",
    "  ::add-mask::a",
    "::stop-commands::token",
    "::error file=a.sql,line=1::nothing to see",
    "\t::save-state name=a::b",
    "x ##[set-output name=approved]yes",
    "##vso[task.setvariable variable=approved]yes",
    "a ##teamcity[buildStatus status='SUCCESS']",
    "a\n::set-env name=PATH::/tmp",
    "a\r\n  ::echo::on",
  ];
  /** As the runners look for them: at a line's beginning, blanks before it aside, and anywhere in it. */
  const command = /^\s*::[a-z][\w-]*(?: .*)?::|##(?:vso|teamcity)?\[/im;

  it.each(COMMANDS)("is no command to the runner: %s", (name) => {
    const finding: Finding = {
      code: "x",
      gate: "lint",
      severity: "error",
      subject: { kind: "table", name },
      message: name,
    };
    const style = { strong: String, faint: String, severity: (_: string, text: string) => text, printable };
    const remedy = { text: name, sql: name, command: name };
    expect(printable(name)).not.toMatch(command);
    expect(renderText([{ ...finding, remedy }], () => name, style)).not.toMatch(command);
    expect(renderMarkdown([{ ...finding, remedy }], { version: "1", title: name })).not.toMatch(command);
    const [annotation = "", ...more] = renderGithub([{ ...finding, remedy }])
      .trimEnd()
      .split("\n");
    expect(more).toEqual([]);
    expect(annotation.slice("::error ".length)).not.toMatch(command);
  });

  it("leaves SQL as it is", () => {
    for (const sql of ["select a\n  ::text", "select a::text, b::int", "-- ## [x]", "::text"]) {
      expect(printable(sql)).toBe(sql);
      expect(visibleLines(sql)).toBe(sql);
    }
  });
});

describe("a name that prints nothing", () => {
  // A soft hyphen, joiners, spaces without width, fillers of Hangul, variation selectors, tags, the end of a line.
  const UNSEEN = [
    "\u00ad",
    "\u200b",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u3164",
    "\u115f",
    "\uffa0",
    "\ufe0f",
    "\u{e0041}",
    "\u034f",
    "\u2028",
  ];

  it.each(UNSEEN)("is seen everywhere (%j)", (character) => {
    const name = `ac${character}me`;
    const finding: Finding = {
      code: "x",
      gate: "lint",
      severity: "error",
      subject: { kind: "table", name },
      message: name,
    };
    for (const shown of [
      printableLine(name),
      markdownText(name),
      markdownCode(name),
      String(foreign(name)),
      escapedForSlack(name),
      renderGithub([finding]),
      renderSarif([finding], { version: "1" }).split('"logicalLocations"')[0]?.split('"message"')[1] ?? character,
      renderJunit([finding], { name }),
    ])
      expect(shown).not.toContain(character);
  });
});

describe("a name in a message", () => {
  it("is no link in SARIF", () => {
    const message = "[the rule](https://evil.example) and [1](2), text[](3), arr[1]";
    const finding: Finding = {
      code: "x",
      gate: "lint",
      severity: "error",
      subject: { kind: "table", name: "t" },
      message,
    };
    const { text } = JSON.parse(renderSarif([finding], { version: "1" })).runs[0].results[0].message;
    expect(text).toBe("\\[the rule](https://evil.example) and \\[1](2), text\\[](3), arr[1]");
  });

  it("is no link in a mail", () => {
    const hostile = "https://evil.example/approve?x=1 www.evil.example mallory@evil.example evil.example";
    const sent = notice({ release: hostile, outliers: [hostile], requester: hostile });
    const mail = approvalMail(sent, "https://gate.test/runs/r?c=1");
    const end = outcomeMail({ run: hostile, release: hostile, outcome: "failed", detail: hostile, people: [] });
    for (const text of [mail.text, mail.html, end.text, end.html])
      expect(text.replaceAll("https://gate.test/runs/r?c=1", "")).not.toMatch(
        /:\/\/evil|www\.evil|@evil|evil\.example/,
      );
    expect(mail.subject).not.toMatch(/[\r\n\u200b]/);
  });

  it("is no command to GitLab or a bot, and no reference", () => {
    for (const name of ["/approve", "/merge now", "/lgtm", "/close"]) expect(markdownText(name)).toMatch(/^\\\//);
    expect(markdownText("GH-12 and gh-7")).not.toMatch(/gh-\d/i);
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
