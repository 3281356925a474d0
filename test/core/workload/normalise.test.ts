import { beforeAll, describe, expect, it } from "vitest";
import { isParsed, loadParser, parseSql } from "../../../lib/core/sql/parse.js";
import { normalise } from "../../../lib/core/workload/normalise.js";
import { queryId } from "../../../lib/core/workload/query-id.js";

beforeAll(loadParser);

function parsed(text: string) {
  const [statement] = parseSql(text, "q.sql").statements;
  if (!statement || !isParsed(statement)) throw new Error(`not SQL: ${text}`);
  return statement.node;
}

const normal = (text: string, numberedByServer = false) => normalise(text, parsed(text), { numberedByServer });

describe("a value becomes a parameter", () => {
  it.each([
    ["select * from t where a = 'x'", "select * from t where a = $1"],
    ["select * from t where a = 5 and b = $1", "select * from t where a = ($2::int4) and b = $1"],
    ["select * from t where a = -5", "select * from t where a = ($1::int4)"],
    ["select 5000000000, 1.5, 1e3", "select ($1::int8), ($2::numeric), ($3::numeric)"],
    ["select E'it''s', $$x$$, $tag$y$tag$, U&'z'", "select $1, $2, $3, $4"],
    ["select B'101', X'1F'", "select ($1::bit varying), ($2::bit varying)"],
    ["select 'é' || 'ü' from täble where ä = 'ö'", "select $1 || $2 from täble where ä = $3"],
    ["select now() - interval '1 day'", "select now() - ($1::interval)"],
    ["select date '2026-01-01'", "select ($1::date)"],
    ["select '{}'::jsonb -> 'a'", "select $1::jsonb -> $2"],
    ["select a from t order by 1 limit 3 offset 2", "select a from t order by 1 limit ($1::int4) offset ($2::int4)"],
    ["select a, count(*) from t group by 1", "select a, count(*) from t group by 1"],
    ["select a::varchar(20) from t", "select a::varchar(20) from t"],
    ["select extract(year from a) from t", "select extract(year from a) from t"],
    ["select true, null, false", "select true, null, false"],
    ["insert into t values (1, 'a'), (2, 'b')", "insert into t values (($1::int4), $2), (($3::int4), $4)"],
    ["select interval '1' day, interval '1-2' year to month", "select ($1::interval), ($2::interval)"],
    ["select 'a' -- user 'b'\n, /* 'd' */ 'c'", "select $1  \n,   $2"],
  ])("%s", (from, to) => {
    expect(normal(from)).toBe(to);
  });

  it("keeps one parameter for one value in the same expression, so that GROUP BY still finds it", () => {
    expect(normal("select date_trunc('day', a), count(*) from t where b = 'day' group by date_trunc('day', a)")).toBe(
      "select date_trunc($1, a), count(*) from t where b = $2 group by date_trunc($1, a)",
    );
  });
});

describe("what pg_stat_statements has replaced", () => {
  it.each([
    ["select interval $1", "select ($1::interval)"],
    ["select date $1 from t where a = $2", "select ($1::date) from t where a = $2"],
    ["select a from t where a in ($1 /*, ... */)", "select a from t where a in ($1  )"],
  ])("%s", (from, to) => {
    expect(normal(from, true)).toBe(to);
  });

  it("writes extract with a parameter as the call that a server parses", () => {
    expect(normal("select extract($1 from a) from t", true)).toMatch(/extract"?\(\$1, a\)/);
  });
});

describe("the name of a query", () => {
  const id = (text: string) => queryId(parsed(text));

  it("is the same whatever the values, the layout and the length of a list", () => {
    const names = [
      "select a from t where b = 'x' and c in (1, 2, 3)",
      "SELECT a\n FROM t -- here\n WHERE b = $1 AND c IN ($2, $3)",
      "select a from t where b = $1 and c in ($2 /*, ... */)",
    ].map(id);
    expect(new Set(names).size).toBe(1);
  });

  it("is another for another column, table or type", () => {
    const names = [
      "select a from t where b = $1",
      "select a from t where c = $1",
      "select a from s.t where b = $1",
      "select a::varchar(20) from t where b = $1",
      "select a::varchar(30) from t where b = $1",
    ].map(id);
    expect(new Set(names).size).toBe(5);
  });
});
