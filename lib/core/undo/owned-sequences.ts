import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { identifier } from "../sql/quote.js";
import type { Statement } from "../sql/statement.js";
import { sqlName } from "./inverses.js";
import { type KeptSequences, keepSequences, sequenceName } from "./keep/keep-sequences.js";
import { sequenceOptions, sequencesOf } from "./sequences-of.js";

export interface SequencesAgain extends KeptSequences {
  /** Run before the column is created, whose default names the sequence. Sequences of identity columns are created with the column. */
  readonly create: readonly string[];
  /** Run once the column exists. */
  readonly attach: readonly string[];
}

/** Creates again the sequences that go with tables, or with one column of a table, and sets them to where they were. */
export function sequencesAgain(
  statement: Statement,
  before: CatalogIndex,
  owners: readonly { readonly table: TableRef; readonly column: string | null }[],
): SequencesAgain {
  const owned = owners.flatMap(({ table, column }) =>
    sequencesOf(before, table, column).map((each) => ({ ...each, table })),
  );
  const serial = owned.filter(({ sequence }) => sequence.attributes.identity !== true);
  return {
    create: serial.map(({ sequence }) => createSequence(sequence)),
    attach: serial.map(
      (each) =>
        `ALTER SEQUENCE ${sequenceName(each.sequence)} OWNED BY ${sqlName(each.table)}.${identifier(each.column)}`,
    ),
    ...keepSequences(
      statement,
      owned.map(({ sequence }) => sequence),
    ),
  };
}

export function keepOwnedSequences(
  statement: Statement,
  before: CatalogIndex,
  tables: readonly TableRef[],
  column: string | null,
): KeptSequences {
  const owned = tables.flatMap((table) => sequencesOf(before, table, column));
  return keepSequences(
    statement,
    owned.map(({ sequence }) => sequence),
  );
}

export function createSequence(sequence: CatalogObject): string {
  const unlogged = sequence.attributes.persistence === "u" ? "UNLOGGED " : "";
  return `CREATE ${unlogged}SEQUENCE ${sequenceName(sequence)} AS ${String(sequence.attributes.type)} ${sequenceOptions(sequence)}`;
}

/** The server prints the owner as SQL, with its schema. */
export function ownedAgain(sequence: CatalogObject): readonly string[] {
  const { ownedBy } = sequence.attributes;
  return typeof ownedBy === "string" ? [`ALTER SEQUENCE ${sequenceName(sequence)} OWNED BY ${ownedBy}`] : [];
}
