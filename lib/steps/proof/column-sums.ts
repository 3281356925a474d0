import { CatalogIndex } from "../../core/catalog/lookup.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { identifier, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import { type State, tableName } from "./state.js";

/** By table and column: the sum of a hash of the column's values, whichever row they are in. */
export type ColumnSums = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads tables of the database as it is now; `state` is its current state. */
export async function readColumnSums(
  session: Session,
  state: State,
  tables: readonly string[],
  schema: string | null,
): Promise<ColumnSums> {
  const index = new CatalogIndex(state.catalog);
  const found = new Map<string, ReadonlyMap<string, string>>();
  for (const object of state.catalog.objects) {
    const table = { schema: object.id.schema ?? "", name: object.id.name };
    if (object.kind !== "table" || !tables.includes(tableName(table))) continue;
    const columns = index.columns(table).map(({ id }) => id.name);
    const sums = columns.map((name) => `sum(hashtextextended(row(${identifier(name)})::text, 0)::numeric)::text`);
    const [row] = await session.query<{ sums: (string | null)[] }>(
      bindSchemas(
        `select array[${sums.join(", ")}]::text[] as sums from only ${qualified(table.schema, table.name)}`,
        schema,
      ),
    );
    found.set(tableName(table), new Map(columns.map((name, at) => [name, row?.sums[at] ?? ""])));
  }
  return found;
}
