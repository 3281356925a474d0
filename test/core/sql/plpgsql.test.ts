import { beforeAll, describe, expect, it } from "vitest";
import { bodyStatements } from "../../../lib/core/sql/body-statements.js";
import { isParsed, loadParser, parseSql } from "../../../lib/core/sql/parse.js";

beforeAll(loadParser);

function bodyOf(sql: string) {
  const [statement] = parseSql(sql, "f.sql").statements;
  if (!statement || !isParsed(statement)) throw new Error("the statement must parse");
  return bodyStatements(statement);
}

const shown = (sql: string) =>
  bodyOf(sql)?.statements.map(
    ({ sql: text, source, guards }) => `${source.line} ${guards.length > 0 ? "?" : "!"} ${text}`,
  );

describe("bodies", () => {
  it("gives the statements of a DO block with their lines, and which of them may not run", () => {
    const sql = "do $$\nbegin\n  alter table a add b int;\n  if true then\n    drop table c;\n  end if;\nend $$";
    expect(shown(sql)).toEqual(["3 ! alter table a add b int", "5 ? drop table c"]);
  });

  it("follows loops, handlers, PERFORM and CALL", () => {
    const sql = `do $$ declare r record; begin
      for r in select * from t loop insert into x values (1); end loop;
      perform f(1);
      call p();
    exception when others then delete from y;
    end $$`;
    expect(shown(sql)?.map((line) => line.replace(/^\d+ /, ""))).toEqual(
      ["? select * from t", "? insert into x values (1)", "? SELECT f(1)", "? call p()", "? delete from y"].sort(
        (a, b) => order(a) - order(b),
      ),
    );
    function order(line: string): number {
      return ["insert", "select *", "SELECT f", "call", "delete"].findIndex((word) => line.includes(word));
    }
  });

  it("says what decides whether a statement runs", () => {
    const sql = `do $$ begin
      if a then drop table t1; elsif b then drop table t2; else drop table t3; end if;
      begin create type e as enum (); exception when duplicate_object or duplicate_table then null; end;
      begin drop table t4; exception when others then null; end;
      loop drop table t5; end loop;
    end $$`;
    expect(bodyOf(sql)?.statements.map(({ guards }) => guards)).toEqual([
      [{ kind: "test", sql: "a", holds: true }],
      [
        { kind: "test", sql: "a", holds: false },
        { kind: "test", sql: "b", holds: true },
      ],
      [
        { kind: "test", sql: "a", holds: false },
        { kind: "test", sql: "b", holds: false },
      ],
      [{ kind: "unless there" }],
      [{ kind: "unknown", reason: "its block goes on after an error" }],
      [{ kind: "unknown", reason: "it is in a loop" }],
    ]);
  });

  it("takes EXECUTE of a constant text as that text", () => {
    expect(shown("do $$ begin execute 'drop table ' || 'a'; execute format('drop table %I', 'B b'); end $$")).toEqual([
      "1 ! drop table a",
      '1 ! drop table "B b"',
    ]);
  });

  it("says that EXECUTE of any other text cannot be known, with its line", () => {
    const body = bodyOf("do $$ begin\n execute 'drop table ' || current_user;\nend $$");
    expect(body?.opaque).toMatchObject([{ source: { line: 2 }, text: "EXECUTE 'drop table ' || current_user" }]);
    expect(bodyOf("do $$ begin\n for i in execute tg_argv[0] loop null; end loop; end $$")?.opaque).toHaveLength(1);
  });

  it("tells a function's body, which runs when it is called, from a DO block", () => {
    expect(bodyOf("create function f() returns int language sql as 'select 1; select 2'")).toMatchObject({
      runs: false,
      statements: [{ sql: "select 1" }, { sql: "select 2" }],
    });
    expect(bodyOf("create procedure p() language plpgsql as $$ begin truncate a; end $$")?.statements).toHaveLength(1);
  });

  it("reads no other language", () => {
    expect(bodyOf("do language plpython3u 'plpy.execute(x)'")?.opaque).toMatchObject([
      { reason: expect.stringContaining("plpython3u") },
    ]);
  });

  it("has nothing to say of a statement without a body", () => {
    expect(bodyOf("create table a (b int)")).toBeNull();
  });

  it.each([
    "declare a colour; b text; begin select c, n into a, b from t; drop table x; end",
    "declare a colour; b text; begin for a, b in select c, n from t loop null; end loop; drop table x; end",
    "declare a public.t.c%TYPE[]; b t.n%type collate \"C\" not null default 'a;b'; begin select c, n into a, b from t; drop table x; end",
    "declare r public.t%ROWTYPE; b text; begin select c, n into r.x, b from t; r.y := 1; drop table x; end",
    "declare a citext; b geometry(Point, 4326); begin execute 'select 1, 2' into strict a, b; drop table x; end",
    "declare a constant /* a; b */ colour := 'red'; -- c colour;\n  b dom; d alias for b; begin get diagnostics b = row_count; drop table x; end",
    '<<outer>> declare "Select" "My Enum"; b text; begin declare c colour; begin insert into t values (1) returning a, b into outer.b, c; end; drop table x; end',
    "declare c cursor (k colour) for select 1; r record; begin open c('red'); fetch c into r; drop table x; end",
  ])("reads a body whose variables have types of the tenant: %s", (body) => {
    const read = bodyOf(`do $$\n${body} $$`);
    expect(read?.opaque).toEqual([]);
    const line = 2 + body.slice(0, body.indexOf("drop table")).split("\n").length - 1;
    expect(read?.statements.at(-1)).toMatchObject({ sql: "drop table x", source: { line }, guards: [] });
  });

  it("reads a function whose parameters have types of the tenant", () => {
    const made = (head: string, body: string) =>
      bodyOf(`create function f(${head} language plpgsql as $$ begin ${body} end $$`)?.opaque;
    expect(made("a colour, inout b t, variadic c dom[])", "select 1, 2 into a, b.x; return;")).toEqual([]);
    expect(made("colour, t) returns colour", "select 1 into $1; $2.x := 3; return $1;")).toEqual([]);
    expect(made("a colour) returns table (b colour, c t)", "select 1, 2 into b, c; return next;")).toEqual([]);
    expect(made(") returns trigger", "select 1, 2 into new.a, new.b; return new;")).toEqual([]);
  });
});
