import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { schemaGate } from "../support/captured-io.js";

const root = mkdtempSync(join(tmpdir(), "lint-formats-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Findings of every severity, an unknown one, one without a place, hostile names, characters beyond ASCII. */
const SQL = `CREATE INDEX "users]]>_idx" ON users (email);
ALTER TABLE "täble,::error" DROP COLUMN "a|b";
CREATE TABLE notes (id serial PRIMARY KEY, at timestamp);
ALTER TABEL nothing;
`;

const outputs = new Map<string, string>();
beforeAll(async () => {
  writeFileSync(join(root, "a b.sql"), SQL);
  for (const format of ["sarif", "junit", "github", "markdown", "json", "text"]) {
    const { code, stdout } = await schemaGate(root, ["lint", "a b.sql", "--format", format]);
    expect(code).toBe(1);
    outputs.set(format, stdout);
  }
});
const written = (format: string) => outputs.get(format) ?? "";

const region = z
  .strictObject({
    startLine: z.int().min(1),
    startColumn: z.int().min(1),
    endLine: z.int().min(1).optional(),
    endColumn: z.int().min(1).optional(),
  })
  .refine(({ startLine, endLine = startLine }) => endLine >= startLine);
const text = z.strictObject({ text: z.string().min(1) });

/** The part of SARIF 2.1.0 (OASIS) that is written, with nothing beside it: sections 3.13, 3.14, 3.27 and what they need. */
const sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z
    .array(
      z.strictObject({
        tool: z.strictObject({
          driver: z.strictObject({
            name: z.string(),
            semanticVersion: z.string().regex(/^\d+\.\d+\.\d+/),
            rules: z.array(
              z.strictObject({
                id: z.string(),
                name: z.string().optional(),
                shortDescription: text.optional(),
                fullDescription: text.optional(),
                helpUri: z.url().optional(),
              }),
            ),
          }),
        }),
        columnKind: z.enum(["utf16CodeUnits", "unicodeCodePoints"]),
        results: z.array(
          z.strictObject({
            ruleId: z.string(),
            ruleIndex: z.int().min(0),
            level: z.enum(["none", "note", "warning", "error"]),
            message: text,
            locations: z.array(
              z.strictObject({
                physicalLocation: z
                  .strictObject({ artifactLocation: z.strictObject({ uri: z.string().regex(/^[^\s<>"|]+$/) }), region })
                  .optional(),
                logicalLocations: z.array(z.strictObject({ name: z.string(), kind: z.string() })).optional(),
              }),
            ),
            partialFingerprints: z.record(z.string(), z.string()),
            properties: z.record(z.string(), z.unknown()),
          }),
        ),
      }),
    )
    .length(1),
});

describe("SARIF", () => {
  it("has the form that the standard gives it, and each result its rule", () => {
    const [run] = sarif.parse(JSON.parse(written("sarif"))).runs;
    expect(run?.results.map(({ ruleIndex }) => run.tool.driver.rules[ruleIndex]?.id)).toEqual(
      run?.results.map(({ ruleId }) => ruleId),
    );
    expect(new Set(run?.results.map(({ level }) => level))).toEqual(new Set(["error", "warning", "note"]));
  });

  const path = process.env.SARIF_SCHEMA;
  it.skipIf(path === undefined)(
    "is valid by the schema of OASIS (SARIF_SCHEMA names the file; it is not ours to keep)",
    () => {
      const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(path ?? "", "utf8"));
      const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
      expect(validate(JSON.parse(written("sarif"))), JSON.stringify(validate.errors)).toBe(true);
    },
  );
});

describe("the other formats", () => {
  it("GitHub: one command a line, with nothing that ends it early", () => {
    const lines = written("github").trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) expect(line).toMatch(/^::(?:error|warning|notice) file=a b\.sql,line=\d+,[^:]*::\S/);
  });

  it("JUnit: a failure for each error, and nothing that ends the text", () => {
    const { findings } = JSON.parse(written("json")) as { findings: { severity: string }[] };
    const errors = findings.filter(({ severity }) => severity === "error").length;
    expect(written("junit").match(/<failure\b/g)).toHaveLength(errors);
    expect(written("junit")).toContain(`failures="${errors}"`);
    expect(written("junit").replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, "")).not.toContain("]]>");
  });

  it("Markdown: a table whose rows hold, whatever the names", () => {
    const rows = written("markdown")
      .split("\n")
      .filter((line) => line.startsWith("|"));
    const cells = rows.map((row) => row.replace(/\\\|/g, "").split("|").length);
    expect(new Set(cells).size).toBeLessThanOrEqual(1);
    expect(written("markdown")).toContain("SG045");
  });

  it("text: the line of the source with the place underlined", () => {
    expect(written("text")).toMatch(/CREATE INDEX "users\]\]>_idx" ON users \(email\);\n[^\n]*\^/);
    expect(written("text")).toMatch(/ALTER TABEL nothing;\n[^\n]*\^/);
  });
});
