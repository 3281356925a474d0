import type { ColumnObject } from "../../core/catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../core/catalog/lookup.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { identifier, literal, qualified } from "../../core/sql/quote.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { isRequired, valueFor } from "./seed-rows.js";

/** What an application could have written since the release: all of a table's columns, or some. */
export interface Writable {
  readonly table: TableRef;
  readonly columns: readonly string[];
}

/** Rows that are updated in each table, and rows that are added. */
const ROWS = 3;
/** Numbers of the added rows, well away from those of existing rows. */
const FROM = 1_000_000;

/** Writes values that only the release's schema can hold, one by one; values that a constraint refuses are not written. Returns how many were. */
export async function writeAsApplication(
  session: Session,
  index: CatalogIndex,
  writables: readonly Writable[],
  schema: string | null,
): Promise<number> {
  let written = 0;
  const write = async (sql: string) => {
    const done = await attempted(session, bindSchemas(sql, schema));
    if (done) written += 1;
    return done;
  };
  for (const { table, columns } of writables) {
    const name = qualified(table.schema, table.name);
    const all = index.columns(table).filter(({ attributes }) => attributes.generated === "");
    for (let row = FROM; row < FROM + ROWS; row++) {
      const isWritten = ({ id }: ColumnObject) => columns.includes(id.name);
      const insert = (some: readonly ColumnObject[]) => {
        const values = some.map((column) => valueOfColumn(column, table, index, row, isWritten(column)));
        const names = some.map(({ id }) => identifier(id.name)).join(", ");
        return write(`insert into ${name} (${names}) overriding system value values (${values.join(", ")})`);
      };
      if (all.length === 0 || (await insert(all))) continue;
      // If a constraint over the others refuses the row, an application may write it without them.
      const needed = all.filter((column) => isWritten(column) || isRequired(column));
      if (needed.length > 0 && needed.length < all.length) await insert(needed);
    }
    const there = await session.query<{ at: string }>(
      bindSchemas(`select ctid::text as at from only ${name} limit ${ROWS}`, schema),
    );
    for (const [row, { at }] of there.entries()) {
      for (const column of all.filter(({ id }) => columns.includes(id.name))) {
        const value = valueOfColumn(column, table, index, FROM + ROWS + row, true);
        const key = `(select ctid from only ${name} offset ${row} limit 1)`;
        await write(
          `update only ${name} set ${identifier(column.id.name)} = ${value} where ctid = ${row === 0 ? literal(at) : key}`,
        );
      }
    }
  }
  return written;
}

/** As an application's statement: triggers fire, constraints are checked at once. */
async function attempted(session: Session, sql: string): Promise<boolean> {
  try {
    await session.script("begin");
    await session.execute(sql);
    await session.execute("set constraints all immediate");
    await session.script("commit");
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await session.script("rollback");
    return false;
  }
}

function valueOfColumn(column: ColumnObject, table: TableRef, index: CatalogIndex, row: number, wide: boolean): string {
  return (wide ? wideValue(column, index, row) : null) ?? valueFor(column, table, index, row);
}

/** A value that a narrower type of the same kind could not hold; null if the row's own value will do. */
function wideValue({ attributes }: Pick<ColumnObject, "attributes">, index: CatalogIndex, row: number): string | null {
  const { type } = attributes;
  if (type.endsWith("[]")) {
    const element = wideValue({ attributes: { ...attributes, type: type.slice(0, -2) } }, index, row);
    return `array[${element ?? literal(String(row))}]::${type}`;
  }
  const [, base = type, first, second] =
    /^([a-z ]+?)(?:\((\d+)(?:,(\d+))?\))?(?: with(?:out)? time zone)?$/.exec(type) ?? [];
  const scale = first === undefined ? 7 : (second ?? 0);
  const digit = row % 10;
  // The rows differ in what a narrower type would round off, so that a unique key then collides.
  switch (base) {
    case "numeric":
      return `round(7.7777777 + ${digit} * 1e-${scale}, ${scale})`;
    case "bigint":
      return String(3_000_000_000 + row);
    case "real":
      return `${7.75 + digit / 32}`;
    case "double precision":
      return digit === 0 ? "1e300" : `${7.75 + digit / 2 ** 32}`;
    case "int8range":
      return "'[3000000000,4000000000)'";
    case "numrange":
      return "'[1.5,2.5]'";
    case "tsrange":
    case "tstzrange":
      return "'[2024-01-02 03:04:05.678901,2024-01-02 04:05:06)'";
    case "interval":
      return `'1 month 2 days 3.67890${digit} seconds'`;
    case "bit varying":
      return "'1'";
    case "text":
    case "character varying":
      return first === undefined ? null : `rpad('${row} ', ${first}, 'w')`;
    case "timestamp":
      return `'2024-01-02 03:04:05.67890${digit}'`;
    case "time":
      return `'03:04:05.67890${digit}'`;
    default:
      break;
  }
  const plain = type.replaceAll('"', "");
  const own = index.catalog.objects.find(({ kind, id }) => kind === "type" && `${id.schema}.${id.name}` === plain);
  const labels = own?.attributes.labels;
  return Array.isArray(labels) && labels.length > 0 ? literal(String(labels.at(-1))) : null;
}
