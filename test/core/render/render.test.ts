import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../lib/core/finding.js";
import { renderGithub } from "../../../lib/core/render/github.js";
import { renderJunit } from "../../../lib/core/render/junit.js";
import { renderMarkdown } from "../../../lib/core/render/markdown.js";
import { renderSarif } from "../../../lib/core/render/sarif.js";
import { renderText } from "../../../lib/core/render/text.js";

const findings: readonly Finding[] = [
  {
    code: "SG010",
    gate: "lint",
    severity: "error",
    subject: { kind: "column", name: "users.email" },
    message: "Reads the whole table.",
    remedy: { text: "Prove it first.", sql: "ALTER TABLE users …;" },
    source: { file: "migrations/1 up.sql", line: 3, column: 5, endLine: 3, endColumn: 10 },
  },
  {
    code: "drift.index-missing",
    gate: "diverge",
    severity: "warning",
    subject: { kind: "index", name: 'app."<b>"' },
    message: "Missing & <gone>\u0007 in `x` @everyone\n::error::no",
    tenants: ["042-prod"],
  },
];
const meta = { version: "1.2.3" };

describe("renderSarif", () => {
  it("places findings in files, or names them", () => {
    const log = JSON.parse(renderSarif(findings, meta));
    expect(log.version).toBe("2.1.0");
    const [first, second] = log.runs[0].results;
    expect(first.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "migrations/1%20up.sql" },
      region: { startLine: 3, startColumn: 5, endLine: 3, endColumn: 10 },
    });
    expect(second.locations[0].logicalLocations).toEqual([{ name: 'app."<b>"', kind: "index" }]);
    expect(log.runs[0].tool.driver.rules[first.ruleIndex].id).toBe("SG010");
  });
});

describe("renderJunit", () => {
  it("fails for errors, and shows what was checked without a finding", () => {
    const xml = renderJunit(findings, { name: "lint", checked: ["clean.sql"] });
    expect(xml).toContain('<testsuites name="lint" tests="3" failures="1" errors="0">');
    expect(xml).toContain('<testcase classname="clean.sql" name="no finding"/>');
  });

  it("holds no character that XML forbids, whatever the names", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const hostile = [{ ...(findings[0] as Finding), message: text, subject: { kind: "table", name: text } }];
        const xml = renderJunit(hostile, { name: text });
        expect(xml).not.toMatch(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u);
        expect(xml.match(/<(?!\/?(?:testsuites|testsuite|testcase|failure|system-out)\b|\?xml)/g)).toBeNull();
      }),
    );
  });
});

describe("renderMarkdown", () => {
  it("lets no markup and no mention out of what it shows", () => {
    const text = renderMarkdown(findings, { ...meta, title: "Schema Gate" });
    expect(text).toContain("1 error, 1 warning, 0 notes.");
    expect(text).not.toContain("@everyone");
    expect(text).not.toContain(" <gone>");
  });

  it("stays below the limit of a comment, and says what it left out", () => {
    const many = Array.from({ length: 900 }, (_, line) => ({
      ...(findings[0] as Finding),
      message: "x".repeat(200),
      source: { file: "a.sql", line: line + 1, column: 1 },
    }));
    const text = renderMarkdown(many, { ...meta, title: "Schema Gate" });
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/\d+ more findings are in the full report/);
  });
});

describe("renderGithub", () => {
  it("writes one command per finding, with nothing that could begin another", () => {
    const lines = renderGithub(findings).trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^::error file=migrations\/1 up\.sql,line=3,col=5,endLine=3,endColumn=10,title=SG010 users\.email::/,
    );
    expect(lines[1]).toContain("%0A⟨U+003A⟩:error::no");
  });
});

describe("renderText", () => {
  it("underlines the place, also behind tabs and in long lines", () => {
    const [finding] = findings as [Finding];
    expect(renderText([finding], () => "ab\tcdefghij")).toMatchInlineSnapshot(`
      "migrations/1 up.sql:3:5 error SG010 Reads the whole table.
        3 | ab cdefghij
          |     ^^^^^
        = Prove it first.
            ALTER TABLE users …;
      "
    `);
    const far = { ...finding, source: { file: "a.sql", line: 1, column: 5001, endLine: 1, endColumn: 5004 } };
    const [, shown = "", marks = ""] = renderText([far], () => `${"x".repeat(5000)}abc`).split("\n");
    expect(shown.slice(marks.indexOf("^"), marks.lastIndexOf("^") + 1)).toBe("abc");
  });
});
