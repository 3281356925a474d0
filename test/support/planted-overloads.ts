import type pg from "pg";
import { namesUsed } from "../../lib/core/operations/names-used.js";
import { isParsed, parseSql } from "../../lib/core/sql/parse.js";
import { identifier, literal } from "../../lib/core/sql/quote.js";
import { visit } from "../../lib/core/sql/tree.js";

/** Types that a call with an argument of the first is resolved with sooner, when there is a function that takes them. */
const CLOSER: Readonly<Record<string, readonly string[]>> = {
  text: ["name", "varchar", "bpchar", '"char"'],
  oid: ["regclass", "regtype", "regproc", "regnamespace", "int4", "int8", "xid"],
  int8: ["int4", "int2", "oid"],
  int4: ["int2", "oid", "int8"],
  float8: ["numeric", "int4", "float4"],
  numeric: ["int4", "int8"],
  timestamptz: ["timestamp", "date"],
  regclass: ["oid", "text", "name"],
  name: ["text", '"char"'],
  char: ["text", "name"],
  json: ["text", "jsonb"],
  anyarray: ["text[]", "name[]", "oid[]", "int4[]", "int2[]", "aclitem[]"],
};
const ANY = [
  "text",
  "name",
  "int4",
  "int8",
  "oid",
  "bool",
  "json",
  "regclass",
  "timestamptz",
  '"char"',
  "text[]",
  "xid",
];
const POLYMORPHIC = ["any", "anyelement", "anynonarray", "anycompatible"];

const OPERANDS = [
  ...[
    "oid",
    "regclass",
    "regtype",
    "regproc",
    "regnamespace",
    "name",
    "text",
    "varchar",
    '"char"',
    "int2",
    "int4",
    "int8",
  ],
  ...["numeric", "float8", "bool", "xid", "timestamptz", "text[]", "name[]", "oid[]", "int2vector", "aclitem[]"],
];

/** What is said by any of them that is called. */
export const CALLED = "a planted overload was called";

export interface UsedNames {
  readonly functions: readonly string[];
  readonly operators: readonly string[];
}

/** Every function and operator that these texts name without the schema pg_catalog, or with it. The parser must be loaded. */
export function namesOfTexts(texts: Iterable<string>): UsedNames {
  const functions = new Set<string>();
  const operators = new Set<string>();
  for (const text of texts) {
    const trees = parseSql(text, "sent").statements.flatMap((each) => (isParsed(each) ? [each.node] : []));
    const names = namesUsed(trees);
    for (const name of names.functions) functions.add(name);
    for (const name of names.operators) operators.add(name);
    visit(trees, (tag, node) => {
      const parts = (node as { funcname?: { String?: { sval?: string } }[] }).funcname ?? [];
      const name = parts.at(-1)?.String?.sval;
      if (tag === "FuncCall" && name) functions.add(name);
    });
  }
  return { functions: [...functions].sort(), operators: [...operators].sort() };
}

/** Makes overloads of all of them that fit better, in a schema, and returns how many there are. */
export async function plantOverloads(client: pg.Client, schema: string, used: UsedNames): Promise<number> {
  const statements = [...(await functionsOf(client, schema, used.functions)), ...operatorsOf(schema, used.operators)];
  const made = await client
    .query<{ made: number }>(
      `create temporary table made (n int); do $do$ declare s text; n int = 0; begin
      foreach s in array ${literal(arrayOf(statements))}::text[] loop
        begin execute s; n = n + 1; exception when others then null; end;
      end loop; insert into made values (n); end $do$`,
    )
    .then(() => client.query<{ made: number }>("select n as made from made"));
  await client.query("drop table made");
  return made.rows[0]?.made ?? 0;
}

const BODY = `begin raise exception ${literal(CALLED)}; end`;

async function functionsOf(client: pg.Client, schema: string, names: readonly string[]): Promise<readonly string[]> {
  // What was planted before must not answer.
  await client.query("begin; set local search_path = pg_catalog");
  const { rows } = await client.query<{ name: string; args: string[]; result: string }>(
    `select p.proname as name, array(select t.typname::text from unnest(p.proargtypes) with ordinality a(oid, n)
        join pg_type t on t.oid = a.oid order by n) as args,
      case when r.typtype = 'p' then 'text' else format_type(r.oid, null) end as result
    from pg_proc p join pg_type r on r.oid = p.prorettype
    where p.pronamespace = 'pg_catalog'::regnamespace and p.proname = any($1)`,
    [names],
  );
  await client.query("commit");
  const statements = rows.flatMap(({ name, args, result }) =>
    closerTo(args).map(
      (types) =>
        `create function ${identifier(schema)}.${identifier(name)}(${types.join(", ")}) returns ${result} language plpgsql immutable as ${literal(BODY)}`,
    ),
  );
  return [...new Set(statements)];
}

/** Signatures with one argument of a closer type, and with all of them. */
function closerTo(args: readonly string[]): readonly (readonly string[])[] {
  const plain = args.map((type) =>
    POLYMORPHIC.includes(type) ? "text" : type === "anyarray" ? "text[]" : quoted(type),
  );
  const closer = args.map((type) => (POLYMORPHIC.includes(type) ? ANY : (CLOSER[type] ?? [])));
  const one = closer.flatMap((types, at) =>
    types.map((type) => plain.map((own, index) => (index === at ? type : own))),
  );
  const all = [0, 1, 2].map((choice) => plain.map((own, at) => closer[at]?.[choice] ?? own));
  return [...one, ...all];
}

function quoted(type: string): string {
  return type === "char" ? '"char"' : type.startsWith("_") ? `${type.slice(1)}[]` : type;
}

function operatorsOf(schema: string, names: readonly string[]): readonly string[] {
  const home = identifier(schema);
  const pairs = OPERANDS.flatMap((left) => OPERANDS.map((right) => [left, right] as const));
  const procedures = pairs.map(
    ([left, right]) =>
      `create function ${home}.planted(${left}, ${right}) returns bool language plpgsql immutable as ${literal(BODY)}`,
  );
  const operators = names.flatMap((name) =>
    pairs.map(
      ([left, right]) =>
        `create operator ${home}.${name} (leftarg = ${left}, rightarg = ${right}, function = ${home}.planted)`,
    ),
  );
  return [...procedures, ...operators];
}

function arrayOf(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`).join(",")}}`;
}
