import { identifier, literal } from "../../core/sql/quote.js";
import type { Row, Session } from "../../ports/database.js";
import { IDENTIFYING, identifying, type Resolvable, resolving } from "./resolved.js";

/** A function as the server has it, before the release. */
export interface Routine extends Row {
  readonly schema: string;
  readonly name: string;
  /** As in pg_proc: f, p, a, w. */
  readonly kind: string;
  readonly identity: string;
  readonly arguments: string;
  readonly types: readonly string[];
  /** Whether each is of a number's type. */
  readonly numbers: readonly boolean[];
  readonly names: readonly string[];
  readonly defaults: number;
  /** Of a variadic function that takes one type, and whether it is a number's. */
  readonly element: string | null;
  readonly countable: boolean | null;
  /** Of an aggregate WITHIN GROUP: how many arguments come before it. */
  readonly direct: number | null;
}

export interface Call extends Resolvable {
  readonly of: Routine;
  /** For a person: `numeric, text`. */
  readonly arguments: string;
  /** The name that it is called by, for a person. */
  readonly called: string;
  /** With a parameter whose type the driver does not tell, or of a type that no column has. */
  readonly rare: boolean;
}

/** Types that are taken for another one by PostgreSQL itself, by that one, and those of them that no column has. */
export interface Taken {
  readonly sources: ReadonlyMap<string, readonly string[]>;
  readonly unused: ReadonlySet<string>;
}

/** Functions of these names, wherever they are. */
export async function routinesNamed(session: Session, names: readonly string[]): Promise<readonly Routine[]> {
  return session.query<Routine>(
    `select n.nspname::text as schema, p.proname::text as name, p.prokind::text as kind, p.pronargdefaults::int as defaults,
       array_to_string(array(select format_type(t, null) from unnest(p.proargtypes) t), ', ') as identity,
       case p.prokind when 'a' then pg_get_function_identity_arguments(p.oid) else pg_get_function_arguments(p.oid) end as arguments,
       array(select format_type(x.oid, null) from unnest(a.types) with ordinality x(oid, at) order by x.at) as types,
       array(select t.typcategory = 'N' from unnest(a.types) with ordinality x(oid, at) join pg_type t on t.oid = x.oid order by x.at) as numbers,
       array(select coalesce(p.proargnames[x.at], '') from generate_subscripts(coalesce(p.proallargtypes, p.proargtypes::oid[]), 1) as s(at),
         lateral (select case when p.proallargtypes is null then s.at + 1 else s.at end as at) x
         where p.proargmodes is null or p.prokind = 'p' or p.proargmodes[x.at] in ('i', 'b', 'v') order by x.at) as names,
       case when v.oid is null or v.typname = 'any' then null else format_type(v.oid, null) end as element, v.typcategory = 'N' as countable,
       case when g.aggkind in ('o', 'h') then g.aggnumdirectargs::int end as direct
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace left join pg_type v on v.oid = p.provariadic
     left join pg_aggregate g on g.aggfnoid = p.oid,
       lateral (select case when p.prokind = 'p' then coalesce(p.proallargtypes, p.proargtypes::oid[]) else p.proargtypes::oid[] end as types) a
     where p.proname = any(array[${names.map((name) => literal(name)).join(", ")}]::name[])
       and n.nspname not like 'pg\\_temp%' and n.nspname not like 'pg\\_toast%' and n.nspname <> 'information_schema'
     order by 1, 2, 5`,
  );
}

/** Types of what applications pass, by the type that PostgreSQL takes each for by itself. */
export async function typesTakenFor(session: Session): Promise<Taken> {
  const rows = await session.query<{ source: string; target: string; used: boolean }>(
    `with used as (
       select distinct a.atttypid as oid, true as used from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
       where a.attnum > 0 and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
       union all select unnest(array[${COMMON.map((type) => `${literal(type)}::regtype`).join(", ")}])::oid, false)
     select format_type(u.oid, null) as source, format_type(c.casttarget, null) as target, bool_or(u.used) as used
     from used u join pg_cast c on c.castsource = u.oid and c.castcontext = 'i' and c.casttarget <> c.castsource group by 1, 2
     union select format_type(t.oid, null), format_type(t.typbasetype, null), true from used u join pg_type t on t.oid = u.oid and t.typtype = 'd'
     order by 3 desc, 1, 2`,
  );
  const sources = new Map<string, string[]>();
  for (const { source, target } of rows) sources.set(target, [...(sources.get(target) ?? []), source]);
  const unused = rows.filter(({ used, source }) => !used && !WRITTEN.includes(source)).map(({ source }) => source);
  return { sources, unused: new Set(unused) };
}

const COMMON = [
  ...["int2", "int4", "int8", "numeric", "float4", "float8", "text", "varchar", "bpchar"],
  ...["date", "timestamp", "timestamptz", "time"],
];

/** Types of expressions, whatever columns there are. */
const WRITTEN = ["integer", "bigint", "numeric", "text"];

/** The ways to call a function: with all arguments and without those that have defaults, by place and by name, with values and literals. */
export function callsOf(
  of: Routine,
  taken: Taken,
  name: { readonly sql: string; readonly called: string },
): readonly Call[] {
  const calls = waysToCall(of).flatMap(({ types, numbers, byName }) =>
    argumentLists(types, numbers, taken.sources)
      // Over rows, an aggregate is called with columns.
      .filter((list) => of.kind !== "a" || list.some((value) => value.startsWith(TYPED)) || list.length === 0)
      .map((list) => callOf(of, name, { list, byName, taken })),
  );
  const unique = new Map(calls.map((call) => [call.identify, call]));
  return [...unique.values()].sort((a, b) => Number(a.rare) - Number(b.rare)).slice(0, MOST_CALLS);
}

const MOST_CALLS = 60;
const MOST_ELEMENTS = 3;

/** With all arguments and with those that have no default; a variadic function with some elements in place of its array too. */
function waysToCall({ types, numbers, names, defaults, element, countable, kind }: Routine) {
  const counts = Array.from({ length: defaults + 1 }, (_, more) => types.length - defaults + more);
  const plain = counts.map((count) => ({
    types: types.slice(0, count),
    numbers: numbers.slice(0, count),
    byName: null as readonly string[] | null,
  }));
  const named = kind !== "a" && names.length === types.length && types.length > 0 && names.every(Boolean);
  const ways = named ? [...plain, ...plain.map((way) => ({ ...way, byName: names }))] : plain;
  if (element === null) return ways;
  const variadic = Array.from({ length: MOST_ELEMENTS }, (_, at) => ({
    types: [...types.slice(0, -1), ...Array<string>(at + 1).fill(element)],
    numbers: [...numbers.slice(0, -1), ...Array<boolean>(at + 1).fill(countable === true)],
    byName: null,
  }));
  return [...ways, ...variadic];
}

const UNTYPED = "null";
const WHOLE = "1";
const TYPED = "null::";

/** Of the function's own types, of those that are taken for them one by one, and literals as they are written. */
function argumentLists(
  types: readonly string[],
  numbers: readonly boolean[],
  taken: ReadonlyMap<string, readonly string[]>,
): readonly (readonly string[])[] {
  return ELEMENTS.flatMap((element) => {
    const own = types.map((type) => actualType(type, element));
    const typed = own.map((type) => `${TYPED}${type}`);
    const literals = typed.map((each, at) => (numbers[at] ? WHOLE : each));
    const others = own.flatMap((type, at) =>
      (taken.get(type) ?? arraysTaken(type, taken)).map((source) => typed.with(at, `${TYPED}${source}`)),
    );
    const written = own.map((_, at) => (numbers[at] ? WHOLE : UNTYPED));
    const partly = own.flatMap((_, at) => (own.length > 1 ? [typed.with(at, numbers[at] ? WHOLE : UNTYPED)] : []));
    return [typed, literals, ...others, written, ...partly, own.map(() => UNTYPED)];
  });
}

function arraysTaken(type: string, taken: ReadonlyMap<string, readonly string[]>): readonly string[] {
  if (!type.endsWith("[]")) return [];
  return (taken.get(type.slice(0, -2)) ?? []).map((source) => `${source}[]`);
}

/** What polymorphic arguments are tried with. */
const ELEMENTS = ["integer", "text", "date"] as const;
const RANGES: Readonly<Record<(typeof ELEMENTS)[number], string>> = {
  integer: "int4range",
  text: "int4range",
  date: "daterange",
};

function actualType(type: string, element: (typeof ELEMENTS)[number]): string {
  if (/^any(element|nonarray|compatible|compatiblenonarray)$/.test(type) || type === '"any"') return element;
  if (/^any(compatible)?array$/.test(type)) return `${element}[]`;
  return /^any(compatible)?range$/.test(type) ? RANGES[element] : type;
}

interface Given {
  readonly list: readonly string[];
  readonly byName: readonly string[] | null;
  readonly taken: Taken;
}

function callOf(of: Routine, { sql, called }: { sql: string; called: string }, { list, byName, taken }: Given): Call {
  const given = byName === null ? list : list.map((value, at) => `${identifier(byName[at] ?? "")} => ${value}`);
  const shown = list.map((value, at) => `${byName === null ? "" : `${byName[at] ?? ""} => `}${shownArgument(value)}`);
  const rare = list.some((value) => value === UNTYPED || taken.unused.has(typeOf(value).replace(/\[\]$/, "")));
  const base = { of, called, arguments: shown.join(", "), rare };
  if (of.kind === "p") return { ...base, ...procedureCall(of, sql, given) };
  return { ...base, ...resolving(expressionOf(of, sql, given)) };
}

function expressionOf({ kind, direct }: Routine, name: string, given: readonly string[]): string {
  if (direct !== null)
    return `${name}(${given.slice(0, direct).join(", ")}) within group (order by ${given.slice(direct).join(", ")})`;
  if (kind === "a" && given.length === 0) return `${name}(*)`;
  return `${name}(${given.join(", ")})${kind === "w" ? " over ()" : ""}`;
}

/** A body in SQL is resolved when its procedure is made; which it calls is told by functions in the procedures' place. */
function procedureCall({ schema, name: own }: Routine, name: string, given: readonly string[]): Resolvable {
  const mirrors = `do $mirror$ declare each record; begin
    for each in select pg_catalog.pg_get_function_arguments(p.oid) as arguments from pg_catalog.pg_proc p
      where p.proname operator(pg_catalog.=) ${literal(own)}::pg_catalog.name and p.prokind operator(pg_catalog.=) 'p'::pg_catalog."char"
        and p.pronamespace operator(pg_catalog.=) ${literal(identifier(schema))}::pg_catalog.regnamespace::pg_catalog.oid
    loop
      execute pg_catalog.format('create function pg_temp.%I(%s) returns void language sql begin atomic end', ${literal(own)},
        pg_catalog.regexp_replace(each.arguments, '(^|, )(IN|OUT|INOUT) ', '\\1', 'g'));
    end loop; end $mirror$`;
  const call = `call ${name}(${given.join(", ")})`;
  return {
    resolve: `create procedure pg_temp.${IDENTIFYING}() language sql as ${literal(call)}`,
    identify: [
      `drop procedure pg_temp.${IDENTIFYING}()`,
      mirrors,
      identifying(`pg_temp.${identifier(own)}(${given.join(", ")})`),
    ].join("; "),
    instead: { schema, kind: "p" },
  };
}

function shownArgument(argument: string): string {
  if (argument === UNTYPED) return "a text without a type";
  return argument === WHOLE ? "a whole number" : typeOf(argument);
}

function typeOf(argument: string): string {
  return argument.startsWith(TYPED) ? argument.slice(TYPED.length) : "";
}
