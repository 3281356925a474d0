import { groupBy } from "../../core/group-by.js";
import { isRefusal } from "../../core/queries/description.js";
import type { Side } from "../../core/queries/examined.js";
import { freshValue, plainValue } from "../../core/queries/plain-value.js";
import { type WriteTarget, writeTarget } from "../../core/queries/write-target.js";
import { literal, qualified } from "../../core/sql/quote.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import type { Session } from "../../ports/database.js";
import { asEachRole, type QueryScope } from "./as-each-role.js";
import type { Unsaid } from "./describe-queries.js";
import { newestRows, type Relation, type RowAsText } from "./newest-rows.js";

/** A writing query, with values for its parameters from rows that the tenant has. */
export interface RowTrial {
  readonly query: WorkloadQuery;
  /** `schema.table` */
  readonly table: string;
  readonly place: Place;
  /** Where the values of the first tries come from. */
  readonly rows: readonly RowAsText[];
  readonly target: WriteTarget;
  /** Types of the parameters, as the server names them; empty if the client leaves them to the server. */
  readonly declared: readonly string[];
  /** One list for each try; the text of each value, null for NULL. The last try's values are made up. */
  readonly tries: readonly (readonly (string | null)[])[];
}

/** The parser decides. */
const WRITES = /\b(insert|update|delete|merge)\b/i;

/** Finds such values before the release. Queries that write no table of the database are left out. `round`: other new keys for each. */
export async function sampleRows(
  session: Session,
  sides: ReadonlyMap<WorkloadQuery, Side | Unsaid>,
  scope: QueryScope,
  round = 0,
): Promise<readonly RowTrial[]> {
  const writing = [...sides].flatMap(([query, side]) =>
    "described" in side && !isRefusal(side.described) && WRITES.test(query.text)
      ? [{ query, parameters: side.described.parameters }]
      : [],
  );
  const found = await placed(session, writing, scope);
  const rows = new Map<Place, readonly RowAsText[]>();
  for (const [place, own] of groupBy(found, (each) => each.place)) {
    const columns = new Set(own.flatMap((each) => columnsFor(each)).filter((name) => place.columns.includes(name)));
    if (columns.size > 0)
      rows.set(place, await newestRows(session, place, [...new Set([...columns, ...place.identity])]));
  }
  return found.map((each) => trialOf(each, rows.get(each.place) ?? [], round));
}

interface Sampled {
  readonly query: WorkloadQuery;
  readonly parameters: readonly string[];
}

interface Placed extends Sampled {
  readonly target: WriteTarget;
  readonly place: Place;
}

/** For each parameter the column whose values it gets; empty for none. */
function columnsFor({ parameters, target, place }: Placed): readonly string[] {
  return parameters.map((_, at) => {
    const column = target.columns.get(at + 1);
    return (typeof column === "number" ? place.columns[column] : column) ?? "";
  });
}

function trialOf(each: Placed, rows: readonly RowAsText[], round: number): RowTrial {
  const { query, parameters, target, place } = each;
  const columns = columnsFor(each);
  // A text that takes no value from a row does the same each time.
  const used = target.columns.size > 0 ? rows : [];
  const tries = used.map((row) => columns.map((column) => row[column] ?? null));
  const [first] = tries;
  // With the key of an existing row, nothing is seen of what is checked after it.
  if (target.adds && first)
    tries.push(
      first.map((value, at) =>
        place.keys.includes(columns[at] ?? "") ? freshValue(parameters[at] ?? "", round) : value,
      ),
    );
  // Left-out columns show even if the table is empty.
  tries.push(parameters.map(plainValue));
  const declared = query.parameters === null ? [] : parameters;
  return { query, table: `${place.schema}.${place.table}`, place, rows: used, target, declared, tries };
}

interface Place extends Relation {
  readonly columns: readonly string[];
  /** Columns whose values no two rows share, alone or together. */
  readonly keys: readonly string[];
  /** Those of the primary key; empty without one. */
  readonly identity: readonly string[];
}

/** Where each of them writes, as its role sees it; the rows are then read as our own. */
async function placed(session: Session, queries: readonly Sampled[], scope: QueryScope): Promise<readonly Placed[]> {
  const known = new Map<string, Place>();
  const found: Placed[] = [];
  await asEachRole(
    session,
    queries,
    scope,
    ({ query }) => query.role,
    async ({ queries: own }) => {
      const targets = own.flatMap((each) => {
        const target = writeTarget(each.query.text);
        return target ? [{ ...each, target, name: qualified(target.schema, target.table) }] : [];
      });
      const places = await placesOf(session, [...new Set(targets.map(({ name }) => name))], known);
      for (const { name, ...each } of targets) {
        const place = places.get(name);
        if (place) found.push({ ...each, place });
      }
    },
  );
  return found;
}

/** By the name as the session finds it; `known` holds one for each relation. */
async function placesOf(
  session: Session,
  names: readonly string[],
  known: Map<string, Place>,
): Promise<ReadonlyMap<string, Place>> {
  if (names.length === 0) return new Map();
  const rows = await session.execute<Place & { readonly name: string } & Record<string, unknown>>(
    `select w.name, n.nspname as schema, c.relname as table, c.relkind::pg_catalog.text as kind,
            pg_catalog.int8div(pg_catalog.pg_relation_size(c.oid), pg_catalog.current_setting('block_size')::pg_catalog.int8)::pg_catalog.float8 as pages,
            array(select a.attname::pg_catalog.text from pg_catalog.pg_attribute a
                   where a.attrelid OPERATOR(pg_catalog.=) c.oid and a.attnum OPERATOR(pg_catalog.>) 0 and not a.attisdropped
                   order by a.attnum) as columns,
            array(select a.attname::pg_catalog.text from pg_catalog.pg_index i join pg_catalog.pg_attribute a
                      on a.attrelid OPERATOR(pg_catalog.=) i.indrelid and a.attnum OPERATOR(pg_catalog.=) any (i.indkey)
                   where i.indrelid OPERATOR(pg_catalog.=) c.oid and (i.indisunique or i.indisexclusion)) as keys,
            array(select a.attname::pg_catalog.text from pg_catalog.pg_index i join pg_catalog.pg_attribute a
                      on a.attrelid OPERATOR(pg_catalog.=) i.indrelid and a.attnum OPERATOR(pg_catalog.=) any (i.indkey)
                   where i.indrelid OPERATOR(pg_catalog.=) c.oid and i.indisprimary) as identity
       from (values ${names.map((name) => `(${literal(name)})`).join(", ")}) w(name)
       join pg_catalog.pg_class c on c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(w.name)
       join pg_catalog.pg_namespace n on n.oid OPERATOR(pg_catalog.=) c.relnamespace`,
  );
  return new Map(
    rows.map(({ name, ...place }) => {
      const key = qualified(place.schema, place.table);
      const one = known.get(key) ?? place;
      known.set(key, one);
      return [name, one];
    }),
  );
}
