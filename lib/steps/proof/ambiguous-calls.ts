import { type Catalog, type CatalogObject, TENANT_SCHEMA } from "../../core/catalog/catalog.js";
import { humanName } from "../../core/catalog/names.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import type { Finding } from "../../core/finding.js";
import { literal, qualified } from "../../core/sql/quote.js";
import type { Row, Session } from "../../ports/database.js";
import { ambiguousOperators } from "./ambiguous-operators.js";
import type { Clones, WorkingClone } from "./clones.js";
import type { ProveOnClone } from "./input.js";
import { resolved } from "./resolved.js";

/** Calls and expressions that match one function or operator before the release, and several after it. Nothing runs; the server only resolves. */
export async function ambiguousCallFindings(
  input: ProveOnClone,
  clones: Clones,
  working: WorkingClone,
  around: { readonly before: Catalog; readonly after: Catalog },
): Promise<readonly Finding[]> {
  return [
    ...(await ambiguousFunctions(input, clones, working, around)),
    ...(await ambiguousOperators(input, clones, working, around)),
  ];
}

/** Calls each earlier function with as many arguments as it takes: of its own types, untyped, and with whole numbers for numbers. */
async function ambiguousFunctions(
  input: ProveOnClone,
  clones: Clones,
  working: WorkingClone,
  { before, after }: { readonly before: Catalog; readonly after: Catalog },
): Promise<readonly Finding[]> {
  const were = functionsOf(before);
  // A default that CREATE OR REPLACE adds to a parameter works like a new overload.
  const said = (each: CatalogObject) => `${humanName(each.id)} ${each.attributes.arguments}`;
  const signatures = new Set(were.map(said));
  const added = functionsOf(after).filter((each) => !signatures.has(said(each)));
  const overloaded = were.filter((each) => added.some((other) => isNamesake(each, other)));
  if (overloaded.length === 0) return [];
  const clone = await clones.make("calls");
  try {
    const unique: Call[] = [];
    for (const call of await callsOf(clone.session, overloaded, input.schema))
      if (!(await isAmbiguous(clone.session, call, input))) unique.push(call);
    const found = new Map<CatalogObject, Finding>();
    for (const call of unique)
      if (!found.has(call.of) && (await isAmbiguous(working.session, call, input)))
        found.set(
          call.of,
          finding(
            call,
            functionsOf(after).filter((each) => isNamesake(call.of, each)),
          ),
        );
    return [...found.values()];
  } finally {
    await clones.drop(clone);
  }
}

interface Call {
  readonly of: CatalogObject;
  /** For a person: `numeric, text`. */
  readonly arguments: string;
  /** As a driver sends a parameter without telling its type. */
  readonly untyped: boolean;
  /** Resolves the call without running anything. */
  readonly resolve: string;
}

function functionsOf({ objects }: Catalog): readonly CatalogObject[] {
  return objects.filter(({ kind, attributes }) => kind === "function" && attributes.kind !== "a");
}

function isNamesake(a: CatalogObject, b: CatalogObject): boolean {
  return a.id.schema === b.id.schema && a.id.name === b.id.name;
}

async function callsOf(
  session: Session,
  functions: readonly CatalogObject[],
  schema: string | null,
): Promise<readonly Call[]> {
  const calls: Call[] = [];
  for (const of of functions) {
    const name = bindSchemas(qualified(of.id.schema, of.id.name), schema);
    const home = schema !== null && of.id.schema === TENANT_SCHEMA ? schema : (of.id.schema ?? "");
    const rows = await session.query<Parameters>(
      `select array(select format_type(t.oid, null) from unnest(p.proargtypes::oid[]) with ordinality x(oid, at)
           join pg_catalog.pg_type t on t.oid = x.oid order by x.at) as types,
         array(select t.typcategory = 'N' from unnest(p.proargtypes::oid[]) with ordinality x(oid, at)
           join pg_catalog.pg_type t on t.oid = x.oid order by x.at) as numbers, p.pronargdefaults as defaults,
         case when v.oid is null or v.typname = 'any' then null else format_type(v.oid, null) end as element, v.typcategory = 'N' as countable
       from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
       left join pg_catalog.pg_type v on v.oid = p.provariadic
       where n.nspname = ${literal(home)} and p.proname = ${literal(of.id.name)}
         and regexp_replace(pg_get_function_identity_arguments(p.oid), '(^|[(,] ?)IN ', '\\1', 'g') = ${literal(bindSchemas(of.id.signature ?? "", schema))}`,
    );
    for (const { types, numbers } of rows.flatMap(waysToCall)) {
      const typed = types.map((type) => `null::${type}`);
      for (const list of [typed, typed.map((each, at) => (numbers[at] ? "1" : each)), types.map(() => "null")])
        calls.push({
          of,
          arguments: list.map(shown).join(", "),
          untyped: list !== typed && list.every((each) => each === "null") && types.length > 0,
          resolve: resolving(of, `${name}(${list.join(", ")})`),
        });
    }
  }
  return calls.sort((a, b) => Number(a.untyped) - Number(b.untyped));
}

interface Parameters extends Row {
  readonly types: string[];
  /** Whether each is of a numeric type. */
  readonly numbers: boolean[];
  readonly defaults: number;
  /** Of a variadic function that takes one type, and whether it is numeric. */
  readonly element: string | null;
  readonly countable: boolean | null;
}

const MOST_ELEMENTS = 3;

/** With all arguments, and with only those that have no default; a variadic function also with some elements in place of its array. */
function waysToCall({ types, numbers, defaults, element, countable }: Parameters) {
  const ways = Array.from({ length: defaults + 1 }, (_, more) => types.length - defaults + more);
  const plain = ways.map((count) => ({ types: types.slice(0, count), numbers: numbers.slice(0, count) }));
  if (element === null) return plain;
  const variadic = Array.from({ length: MOST_ELEMENTS }, (_, at) => ({
    types: [...types.slice(0, -1), ...Array<string>(at + 1).fill(element)],
    numbers: [...numbers.slice(0, -1), ...Array<boolean>(at + 1).fill(countable === true)],
  }));
  return [...plain, ...variadic];
}

/** PREPARE does not accept CALL; a body in SQL is resolved when its function is created. */
function resolving({ attributes }: CatalogObject, call: string): string {
  if (attributes.kind !== "p") return `prepare schema_gate_call as select ${call}`;
  return `create procedure pg_temp.schema_gate_call() language sql as ${literal(`call ${call}`)}`;
}

function shown(argument: string): string {
  return argument === "null"
    ? "a text without a type"
    : argument === "1"
      ? "a whole number"
      : argument.slice("null::".length);
}

async function isAmbiguous(session: Session, call: Call, scope: ProveOnClone): Promise<boolean> {
  const [found] = await resolved(session, [call.resolve], scope);
  return found === "several";
}

function finding({ of, arguments: list, untyped }: Call, candidates: readonly CatalogObject[]): Finding {
  const { signature: _, ...id } = of.id;
  const name = humanName(id);
  const signatures = candidates.map(({ attributes }) => `${name}(${attributes.arguments})`);
  return {
    code: "dry-run.ambiguous-call",
    gate: "dry-run",
    severity: untyped ? "warning" : "error",
    subject: { kind: "function", name: humanName(of.id) },
    message: `After the release a call of ${name} with (${list}) is ambiguous, and found one function before: ${signatures.join(" and ")}.`,
    remedy: {
      text: "Drop the old function in the same release, or give the new one another name, or no defaults, so that calls that exist find one.",
    },
  };
}
