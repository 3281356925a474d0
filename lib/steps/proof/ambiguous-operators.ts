import type { Catalog, CatalogObject } from "../../core/catalog/catalog.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import type { Finding } from "../../core/finding.js";
import { shortList } from "../../core/short-list.js";
import { literal } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import type { Clones, WorkingClone } from "./clones.js";
import type { ProveOnClone } from "./input.js";
import { isSame, resolved, resolving, type Which } from "./resolved.js";

/** What expressions in applications mostly consist of: an implicit cast can make any of these ambiguous. */
const COMMON = ["=", "<>", "<", ">", "+", "-", "*", "/", "||", "~~", "->>", "@>"];
/** Maximum number of column types tried with each operator. */
const TYPES = 40;

/** An expression with one operator, by its operands: a value of a type, a whole number, or an untyped text. */
interface Expression {
  readonly operator: string;
  readonly left: string | null;
  readonly right: string;
}

/**
 * Expressions that match one operator before the release, and several or another one after it, since it creates an operator of that name or
 * an implicit cast: tries the operand types of the existing operators and the tenant's column types, with one another and with literals.
 */
export async function ambiguousOperators(
  input: ProveOnClone,
  clones: Clones,
  working: WorkingClone,
  { before, after }: { readonly before: Catalog; readonly after: Catalog },
): Promise<readonly Finding[]> {
  const operators = added("operator", before, after);
  const casts = added("cast", before, after).filter(({ attributes }) => attributes.context === "i");
  if (operators.length + casts.length === 0) return [];
  const names = new Set([...operators.map(({ id }) => id.name), ...(casts.length > 0 ? COMMON : [])]);
  const types = [...new Set([...casts.map(({ attributes }) => String(attributes.from)), ...columnTypes(before)])];
  const clone = await clones.make("operators");
  try {
    const all = await expressions(clone.session, [...names], types.slice(0, TYPES), input.schema);
    const were = await resolved(clone.session, all.map(toResolve), input);
    const unique = all.flatMap((each, at) =>
      were[at]?.number === "one" ? [{ ...each, was: were[at]?.which ?? null }] : [],
    );
    const are = await resolved(working.session, unique.map(toResolve), input);
    const made = [...operators, ...casts];
    const ambiguous = unique.filter((_, at) => are[at]?.number === "several");
    const others = unique.flatMap(({ was, ...each }, at) => {
      const is = are[at]?.which ?? null;
      return was && is && !isSame(was, is) ? [{ ...each, was, is }] : [];
    });
    return [...ambiguousFindings(ambiguous, made), ...otherFindings(others)];
  } finally {
    await clones.drop(clone);
  }
}

function added(kind: "operator" | "cast", before: Catalog, after: Catalog): readonly CatalogObject[] {
  const of = ({ objects }: Catalog) => objects.filter((object) => object.kind === kind);
  const key = ({ id, attributes }: CatalogObject) => JSON.stringify([id, kind === "cast" ? attributes.context : null]);
  const were = new Set(of(before).map(key));
  return of(after).filter((object) => !were.has(key(object)));
}

/** The most common first. */
function columnTypes({ objects }: Catalog): readonly string[] {
  const counts = new Map<string, number>();
  for (const object of objects)
    if (object.kind === "column") {
      const type = object.attributes.type.replace(/\(\d+(,\d+)?\)/, "");
      counts.set(type, (counts.get(type) ?? 0) + 1);
    }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([type]) => type);
}

async function expressions(
  session: Session,
  names: readonly string[],
  types: readonly string[],
  schema: string | null,
): Promise<readonly Expression[]> {
  const rows = await session.query<{ name: string; left: string | null; right: string }>(
    `select distinct o.oprname::text as name, case when o.oprleft <> 0 then format_type(o.oprleft, null) end as left, format_type(o.oprright, null) as right
     from pg_catalog.pg_operator o join pg_catalog.pg_type r on r.oid = o.oprright left join pg_catalog.pg_type l on l.oid = o.oprleft
     where o.oprname = any(array[${names.map((name) => literal(name)).join(", ")}]::name[])
       and r.typtype <> 'p' and l.typtype is distinct from 'p' order by 1, 2, 3`,
  );
  const own = names.flatMap((operator) => types.map((type) => ({ operator, type: bindSchemas(type, schema) })));
  const made = [
    ...rows.flatMap(({ name: operator, left, right }) => around(operator, left, right)),
    ...own.flatMap(({ operator, type }) => around(operator, type, type)),
  ];
  return [...new Map(made.map((each) => [expressionOf(each), each])).values()];
}

const UNTYPED = "null";

function around(operator: string, left: string | null, right: string): readonly Expression[] {
  const typed = `null::${right}`;
  if (left === null) return [{ operator, left, right: typed }];
  return [
    { operator, left: `null::${left}`, right: typed },
    { operator, left: `null::${left}`, right: UNTYPED },
    { operator, left: `null::${left}`, right: "1" },
    { operator, left: UNTYPED, right: typed },
  ];
}

function expressionOf({ operator, left, right }: Expression): string {
  return `${left === null ? "" : `(${left}) `}${operator} (${right})`;
}

const toResolve = (each: Expression) => resolving(expressionOf(each));

function shown(operand: string): string {
  if (operand === UNTYPED) return "a text without a type";
  return operand === "1" ? "a whole number" : operand.slice("null::".length);
}

function shownExpression({ operator, left, right }: Expression): string {
  return `${left === null ? "" : `(${shown(left)}) `}${operator} (${shown(right)})`;
}

/** One finding for each operator, with the expressions in which it is ambiguous. */
function ambiguousFindings(ambiguous: readonly Expression[], made: readonly CatalogObject[]): readonly Finding[] {
  const names = [...new Set(ambiguous.map(({ operator }) => operator))];
  return names.map((name) => {
    const texts = ambiguous.filter(({ operator }) => operator === name).map(shownExpression);
    const causes = made
      .filter(({ kind, id }) => kind === "cast" || id.name === name)
      .map(({ kind, id }) => (kind === "cast" ? `the implicit cast ${id.name}` : `${id.name} (${id.signature ?? ""})`));
    return {
      code: "dry-run.ambiguous-call",
      gate: "dry-run",
      severity: "error",
      subject: { kind: "operator", name },
      message: `After the release an expression with ${name} is ambiguous, and found one operator before: ${shortList(texts, MOST)}. It makes ${causes.join(" and ")}.`,
      remedy: {
        text: "Give the new operator another name or operand types that no other of its name can be taken for, or make the cast one of assignment.",
      },
    };
  });
}

const MOST = 3;

interface Other extends Expression {
  readonly was: Which;
  readonly is: Which;
}

/** One finding for each operator that expressions no longer match, since they match another. */
function otherFindings(others: readonly Other[]): readonly Finding[] {
  const first = new Map<string, Other>();
  for (const each of others) {
    const key = signatureOf(each.was);
    if (!first.has(key)) first.set(key, each);
  }
  return [...first.values()].map((each) => ({
    code: "dry-run.other-call",
    gate: "dry-run",
    severity: "warning",
    subject: { kind: "operator", name: each.operator },
    message: `After the release ${shownExpression(each)} finds the operator ${signatureOf(each.is)}, and found ${signatureOf(each.was)} before.`,
    remedy: {
      text: "Give the new operator another name, unless the expressions that exist are meant to find it.",
    },
  }));
}

function signatureOf({ schema, name, identity }: Which): string {
  return `${schema}.${name} (${identity})`;
}
