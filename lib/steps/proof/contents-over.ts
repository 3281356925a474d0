import type { Catalog } from "../../core/catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../../core/catalog/lookup.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { identifier, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";

/** A table with the columns that it has in two schemas, by name and type. */
export interface CommonTable {
  readonly table: TableRef;
  readonly columns: readonly string[];
}

export function commonTables(before: Catalog, after: Catalog): readonly CommonTable[] {
  const was = new CatalogIndex(before);
  const is = new CatalogIndex(after);
  return before.objects.flatMap((object) => {
    if (object.kind !== "table" || !["r", "p"].includes(object.attributes.relkind)) return [];
    const table = { schema: object.id.schema ?? "", name: object.id.name };
    if (!is.table(table) || object.attributes.partitionOf) return [];
    const columns = was
      .columns(table)
      .filter(({ id, attributes }) => {
        const now = is.column(table, id.name)?.attributes;
        return now !== undefined && now.type === attributes.type && attributes.generated === "" && now.generated === "";
      })
      .map(({ id }) => id.name)
      .sort();
    return columns.length === 0 ? [] : [{ table, columns }];
  });
}

/** Count and order-independent checksum of these columns, one text per table. */
export async function contentsOver(
  session: Session,
  tables: readonly CommonTable[],
  schema: string | null,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { table, columns } of tables) {
    const list = columns.map((column) => identifier(column)).join(", ");
    const [row] = await session.query<{ sum: string }>(
      bindSchemas(
        `select count(*) || ' ' || coalesce(sum(hashtextextended(row(${list})::text, 0)::numeric), 0) as sum
         from ${qualified(table.schema, table.name)}`,
        schema,
      ),
    );
    found.push(row?.sum ?? "");
  }
  return found;
}
