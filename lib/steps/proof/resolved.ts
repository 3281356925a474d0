import { literal } from "../../core/sql/quote.js";
import type { Row, Session } from "../../ports/database.js";
import { prepareSession, type SessionScope } from "../migration/prepare-session.js";

/** An expression of one call or operator, or a CALL. */
export interface Resolvable {
  /** Parsed by the server, never run. */
  readonly resolve: string;
  /**
   * Statements that create a function in pg_temp whose body is the expression: it shows what the server matched. They fail without the
   * right to make temporary objects, and before PostgreSQL 14; then it is not known which it was.
   */
  readonly identify: string;
  /** If functions in pg_temp stand in for others: what those are. */
  readonly instead?: Pick<Which, "schema" | "kind">;
}

/** How many functions or operators an expression matches; `none` if the server refuses it for another reason. */
export interface Found {
  readonly number: "one" | "several" | "none";
  /** For one: which, with kind and schema; null if the server does not tell. */
  readonly which: Which | null;
  /** For none: the server's message. */
  readonly reason: string | null;
}

export interface Which {
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  /** Types of what it is called with. */
  readonly identity: string;
  /** As it was declared. */
  readonly arguments: string;
}

export function isSame(a: Which, b: Which): boolean {
  return a.schema === b.schema && a.name === b.name && a.identity === b.identity;
}

export const IDENTIFYING = "schema_gate_call";
const AMBIGUOUS_FUNCTION = "42725";
/** Raised by the block itself, so that nothing stays. */
const RESOLVED = "SG001";
/** In one round trip, to stay well within any timeout. */
const AT_ONCE = 200;

/** Lets the server resolve expressions under a tenant's settings, each separately. Nothing runs. */
export async function resolved(
  session: Session,
  expressions: readonly Resolvable[],
  scope: SessionScope,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  await session.script("begin");
  try {
    await prepareSession(session, scope, "inside");
    for (let at = 0; at < expressions.length; at += AT_ONCE)
      found.push(...(await resolveSome(session, expressions.slice(at, at + AT_ONCE))));
    return found;
  } finally {
    await session.script("rollback");
  }
}

/** How an expression is resolved. */
export function resolving(expression: string): Resolvable {
  const resolve = `prepare ${IDENTIFYING} as select ${expression}; deallocate ${IDENTIFYING}`;
  return { resolve, identify: identifying(expression) };
}

/** What `identify` of an expression is at its end. */
export function identifying(expression: string): string {
  return `create function pg_temp.${IDENTIFYING}() returns void language sql begin atomic select ${expression}; end`;
}

async function resolveSome(session: Session, expressions: readonly Resolvable[]): Promise<readonly Found[]> {
  await session.execute(block(expressions));
  const [row] = await session.query<{ answers: string }>("select current_setting('schema_gate.answers') as answers");
  const answers = JSON.parse(row?.answers ?? "[]") as readonly Answer[];
  const which = await routinesAndOperators(
    session,
    answers.flatMap(({ found }) => found ?? []),
  );
  return expressions.map(({ instead }, at) => {
    const { state = "", said = "", found = null } = answers[at] ?? {};
    if (state !== RESOLVED) {
      const number = state === AMBIGUOUS_FUNCTION ? "several" : "none";
      return { number, which: null, reason: `${said} [${state}]` };
    }
    const one = which.get(found ?? "");
    return { number: "one", which: one ? { ...one, ...instead } : null, reason: null };
  });
}

interface Answer {
  readonly state: string;
  readonly said: string;
  /** Such as `funcid 1234`. */
  readonly found: string | null;
}

/** Runs with the tenant's search_path, so every name of ours has its schema. */
function block(expressions: readonly Resolvable[]): string {
  const array = (texts: readonly string[]) =>
    `array[${texts.map((text) => literal(text)).join(", ")}]::pg_catalog.text[]`;
  const body = `
    declare
      resolves pg_catalog.text[] := ${array(expressions.map(({ resolve }) => resolve))};
      identifies pg_catalog.text[] := ${array(expressions.map(({ identify }) => identify))};
      answers pg_catalog.json[] := '{}';
      found pg_catalog.text;
    begin
      for at in 1 .. ${expressions.length} loop
        found := null;
        begin
          execute resolves[at];
          begin
            execute identifies[at];
            select pg_catalog.substring(p.prosqlbody::pg_catalog.text, '(?:funcid|aggfnoid|winfnoid|opno) [0-9]+') into found
            from pg_catalog.pg_proc p
            where p.proname operator(pg_catalog.=) ${literal(IDENTIFYING)}::pg_catalog.name
              and p.pronamespace operator(pg_catalog.=) pg_catalog.pg_my_temp_schema();
          exception when others then null;
          end;
          raise exception using errcode = ${literal(RESOLVED)};
        exception when others then
          answers := pg_catalog.array_append(answers, pg_catalog.json_build_object('state', sqlstate, 'said', sqlerrm, 'found', found));
        end;
      end loop;
      perform pg_catalog.set_config('schema_gate.answers', pg_catalog.array_to_json(answers)::pg_catalog.text, true);
    end`;
  return `do ${literal(body)}`;
}

/** By what was found. */
async function routinesAndOperators(session: Session, found: readonly string[]): Promise<ReadonlyMap<string, Which>> {
  const all = [...new Set(found)].map((each) => each.split(" ") as [string, string]);
  const which = new Map<string, Which>();
  for (const fields of [["funcid", "aggfnoid", "winfnoid"], ["opno"]]) {
    const some = all.filter(([field]) => fields.includes(field));
    if (some.length === 0) continue;
    const ids = some.map(([, oid]) => oid).join(", ");
    const rows = await session.query<Which & Row & { oid: string }>(
      fields.includes("opno") ? operators(ids) : routines(ids),
    );
    for (const { oid, ...each } of rows) for (const field of fields) which.set(`${field} ${oid}`, each);
  }
  return which;
}

function routines(oids: string): string {
  return `select p.oid::text as oid, n.nspname::text as schema, p.proname::text as name, p.prokind::text as kind,
      array_to_string(array(select format_type(t, null) from unnest(p.proargtypes) t), ', ') as identity,
      case p.prokind when 'a' then pg_get_function_identity_arguments(p.oid) else pg_get_function_arguments(p.oid) end as arguments
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.oid in (${oids})`;
}

function operators(oids: string): string {
  return `select o.oid::text as oid, n.nspname::text as schema, o.oprname::text as name, 'o' as kind, s.types as identity, s.types as arguments
    from pg_operator o join pg_namespace n on n.oid = o.oprnamespace,
      lateral (select concat_ws(', ', case when o.oprleft <> 0 then format_type(o.oprleft, null) end, format_type(o.oprright, null)) as types) s
    where o.oid in (${oids})`;
}
