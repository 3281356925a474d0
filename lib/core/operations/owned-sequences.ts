import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { identifier, literal, qualified } from "../sql/quote.js";
import { sqlName } from "./inverses.js";

/** A sequence that goes with its column: that of a serial one. Those of identity columns are made with the column. */
interface OwnedSequence {
  readonly sql: string;
  readonly column: string;
  readonly sequence: CatalogObject;
}

export interface SequenceStatements {
  /** Before the column, whose default names the sequence. */
  readonly create: readonly string[];
  /** After its rows are back: the sequence belongs to the column and goes on after its values. */
  readonly attach: readonly string[];
}

/** Makes again the sequences that columns of a table own; of one column, or of all. */
export function sequencesAgain(before: CatalogIndex, table: TableRef, column: string | null): SequenceStatements {
  const owned = ownedSequences(before, table).filter((each) => column === null || each.column === column);
  return {
    create: owned.map(createSequence),
    attach: owned.flatMap((each) => [
      `ALTER SEQUENCE ${each.sql} OWNED BY ${sqlName(table)}.${identifier(each.column)}`,
      goOn(literal(each.sql), table, each.column),
    ]),
  };
}

/** After the rows of an identity column are back, its sequence goes on after them. */
export function identitiesGoOn(before: CatalogIndex, table: TableRef, column: string | null): readonly string[] {
  return before
    .columns(table)
    .filter(({ id, attributes }) => attributes.identity !== "" && (column === null || id.name === column))
    .map(({ id }) => goOn(`pg_get_serial_sequence(${literal(sqlName(table))}, ${literal(id.name)})`, table, id.name));
}

function goOn(sequence: string, table: TableRef, column: string): string {
  const value = identifier(column);
  return `SELECT setval(${sequence}, max(${value})) FROM ${sqlName(table)} HAVING max(${value}) > 0`;
}

function ownedSequences(before: CatalogIndex, table: TableRef): readonly OwnedSequence[] {
  return before.catalog.objects.flatMap((object) => {
    if (object.kind !== "sequence" || object.attributes.identity === true) return [];
    const column = before
      .columns(table)
      .find(({ id }) => ownerNames(table, id.name).includes(String(object.attributes.ownedBy)));
    if (!column) return [];
    return [{ sql: qualified(object.id.schema, object.id.name), column: column.id.name, sequence: object }];
  });
}

/** The server quotes a part only where it must; so both ways of writing are looked for. */
function ownerNames(table: TableRef, column: string): readonly string[] {
  const plain = (part: string) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : identifier(part));
  return [
    [table.schema, table.name, column].map(plain).join("."),
    [table.schema, table.name, column].map(identifier).join("."),
    [table.schema, table.name, column].join("."),
  ];
}

function createSequence({ sql, sequence }: OwnedSequence): string {
  const { type, start, increment, min, max, cache, cycle, persistence } = sequence.attributes as Record<
    string,
    unknown
  >;
  const unlogged = persistence === "u" ? "UNLOGGED " : "";
  const limits = `MINVALUE ${String(min)} MAXVALUE ${String(max)}`;
  const rest = `START ${String(start)} CACHE ${String(cache)}${cycle === true ? " CYCLE" : ""}`;
  return `CREATE ${unlogged}SEQUENCE ${sql} AS ${String(type)} INCREMENT ${String(increment)} ${limits} ${rest}`;
}
