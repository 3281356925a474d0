import { beforeAll, describe, expect, it } from "vitest";
import { bindSchemas } from "../../../lib/core/catalog/own-schema.js";
import { isParsed, loadParser, parseSql } from "../../../lib/core/sql/parse.js";

const MEGABYTE = 1024 * 1024;

beforeAll(() => loadParser());

/** Texts of so many bytes; each is one statement. */
const TEXTS: Readonly<Record<string, (bytes: number) => string>> = {
  "a literal": (bytes) => `insert into a values ('${"x".repeat(bytes)}')`,
  "a literal of doubled quotes": (bytes) => `insert into a values ('${"''".repeat(bytes / 2)}')`,
  "an escape string": (bytes) => `insert into a values (E'${"\\n".repeat(bytes / 2)}')`,
  "an escape string of quotes": (bytes) => `insert into a values (e'${"\\'".repeat(bytes / 2)}')`,
  "a quoted name": (bytes) => `insert into a ("${"x".repeat(bytes)}") values (1)`,
  "a dollar quote": (bytes) => `insert into a values ($x$${"x".repeat(bytes)}$x$)`,
  "a comment": (bytes) => `insert into a values (1) -- ${"x".repeat(bytes)}`,
  "a block comment": (bytes) => `insert into a /* ${"x".repeat(bytes)} */ values (1)`,
  "a word": (bytes) => `insert into a values (${"x".repeat(bytes)})`,
  "white space": (bytes) => `insert into a ${" ".repeat(bytes)} values (1)`,
};

describe("a text of 60 MB in a migration", () => {
  it.each(Object.entries(TEXTS))("%s: the statement is named as not parsed, and its neighbours are", (_, text) => {
    const { statements } = parseSql(`select 1;\n${text(60 * MEGABYTE)};\nselect 2;\n`, "1_big.sql");
    const [first, ...others] = statements;
    expect(first && isParsed(first)).toBe(true);
    const unread = others.find((each) => !isParsed(each));
    if (unread)
      expect(unread).toMatchObject({
        error: "a statement of more than 8 MB is not parsed",
        source: { file: "1_big.sql", line: 2 },
      });
    expect(others.length).toBeGreaterThan(0);
  });

  it("keeps memory bounded", () => {
    const before = process.memoryUsage().rss;
    parseSql(`${TEXTS["a literal"]?.(60 * MEGABYTE)};`, "1_big.sql");
    expect(process.memoryUsage().rss - before).toBeLessThan(600 * MEGABYTE);
  });
});

it.each(Object.entries(TEXTS))("%s of 7 MB is parsed, and bound to a tenant's schema", (_, text) => {
  const sql = text(7 * MEGABYTE);
  const { statements } = parseSql(sql, "1_big.sql");
  expect(statements).toHaveLength(1);
  expect(bindSchemas(sql, "acme").length).toBeGreaterThanOrEqual(sql.length);
});
