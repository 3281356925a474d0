import { beforeAll, describe, expect, it } from "vitest";
import { isParsed, loadParser, parseSql, parseStatement } from "../../../lib/core/sql/parse.js";
import { splitSql } from "../../../lib/core/sql/split.js";

beforeAll(loadParser);

const TRICKY = [
  "select 'a;b', \"c;d\", $$e;f$$, $x$ $$;$$ $x$; select 2",
  "-- first; not a statement\nselect 1; /* a /* nested; */ b; */ select 2 -- trailing; comment",
  "create function f() returns int language sql begin atomic select case when true then 1 end; select 2; end; select 3",
  "create rule r as on insert to t do also (insert into u values (1); delete from v); select 1",
  "select E'a\\';b'; select 'back\\'; select U&'\\0041;'; select 1",
  ";;select 1;;\n;select 2;",
  "select 'é;😀' as \"naïve;\"; select 2",
  "\uFEFFselect 1;\r\nselect 2;\r\n",
];

describe("splitSql", () => {
  it.each(TRICKY)("cuts where the parser cuts: %s", (text) => {
    const parsed = parseSql(text, "a.sql").statements;
    expect(parsed.every(isParsed)).toBe(true);
    expect(splitSql(text).pieces.map((piece) => text.slice(piece.start, piece.end))).toEqual(parsed.map((s) => s.sql));
  });

  it("keeps the data lines of COPY with their statement", () => {
    const text = "copy t from stdin;\n1;a\n2;b\n\\.\nselect 1;";
    expect(splitSql(text).pieces.map((piece) => text.slice(piece.start, piece.end))).toEqual([
      "copy t from stdin;\n1;a\n2;b\n\\.",
      "select 1",
    ]);
  });

  it("survives an open quote, an open comment and an open dollar quote", () => {
    for (const text of ["select 'a; select 2", "select 1 /* b; select 2", "select $$c; select 2"]) {
      expect(splitSql(text).pieces).toHaveLength(1);
    }
  });
});

describe("parseSql", () => {
  it("gives places in lines and characters, and the byte where the statement began", () => {
    const [first, second] = parseSql("-- é\nselect 'é';\n  alter table t add c int", "a.sql").statements;
    expect(first?.source).toEqual({ file: "a.sql", line: 2, column: 1, endLine: 2, endColumn: 11 });
    expect(second?.source).toMatchObject({ line: 3, column: 3 });
    expect(second).toMatchObject({ base: 21, sql: "alter table t add c int" });
  });

  it("parses the statements around one that it refuses, and says where it stopped", () => {
    const { statements } = parseSql("select 1;\nalter tabel '😀' x;\n\\dt\nselect 2;", "a.sql");
    expect(statements.map((statement) => isParsed(statement))).toEqual([true, false, false, true]);
    expect(statements[1]).toMatchObject({ error: 'syntax error at or near "tabel"', errorAt: 6, source: { line: 2 } });
    expect(statements[2]).toMatchObject({ sql: "\\dt", source: { line: 3 } });
  });

  it("never lets text behind a NUL byte pass", () => {
    const [only] = parseSql("select 1 \0 drop table t", "a.sql").statements;
    expect(only).toMatchObject({ error: "a NUL byte: this is not a text", errorAt: 9 });
  });

  it("reports an expression nested too deeply, and still parses afterwards", () => {
    const deep = `select ${"1+".repeat(200_000)}1`;
    expect(parseSql(`${deep}; select 2`, "a.sql").statements.map(isParsed)).toEqual([false, true]);
  });

  it("reads a long file statement by statement", () => {
    const text = "insert into t values ('é');\n".repeat(20_000);
    const { statements } = parseSql(text, "a.sql");
    expect(statements).toHaveLength(20_000);
    expect(statements.at(-1)).toMatchObject({ source: { line: 20_000, column: 1 }, sql: "insert into t values ('é')" });
  });

  it("is empty for comments alone", () => {
    expect(parseSql("-- nothing\n/* here */;", "a.sql").statements).toEqual([]);
  });
});

describe("parseStatement", () => {
  it("refuses more than one statement", () => {
    const source = { file: "a.sql", line: 1, column: 1 };
    expect(isParsed(parseStatement({ index: 0, sql: "select 1; select 2", source }))).toBe(false);
    expect(isParsed(parseStatement({ index: 0, sql: "select 1", source }))).toBe(true);
  });
});
