import type { CatalogObject } from "../../catalog/catalog.js";
import { identifier, literal, qualified } from "../../sql/quote.js";
import type { Statement } from "../../sql/statement.js";
import type { Kept } from "../inverse.js";
import { copyName, copyTable, dropCopy, KEPT_SETUP, makeCopy } from "./copy.js";

/** The positions of sequences are kept, and `restore` sets them again; a sequence that has advanced since stays as it is. */
export interface KeptSequences {
  readonly keep: readonly Kept[];
  readonly restore: readonly string[];
}

/** A sequence that was set back would give out values a second time: those of rows that exist, or existed. */
export function keepSequences(statement: Statement, sequences: readonly CatalogObject[]): KeptSequences {
  const [first] = sequences;
  if (!first) return { keep: [], restore: [] };
  const table = { schema: first.id.schema ?? "", name: first.id.name };
  const name = copyName(statement, table, "sequences");
  const rows = sequences.map(position).join(" UNION ALL ");
  return {
    keep: [
      {
        name,
        table,
        rows,
        locks: [],
        before: [...sequences.map(lockValues), ...KEPT_SETUP, ...makeCopy(name, rows, table, statement)],
        after: [],
      },
    ],
    restore: [...sequences.map((sequence) => setAgain(sequence, name)), ...dropCopy(name)],
  };
}

export function sequenceName({ id }: CatalogObject): string {
  return qualified(id.schema, id.name);
}

/**
 * Altering a sequence takes SHARE ROW EXCLUSIVE, for which `nextval` waits (sequence.c, `AlterSequence`), until the migration
 * commits; LOCK TABLE does not take sequences.
 */
function lockValues(sequence: CatalogObject): string {
  return `ALTER SEQUENCE ${sequenceName(sequence)} CACHE ${String(sequence.attributes.cache)}`;
}

function position(sequence: CatalogObject): string {
  return `SELECT ${literal(sequenceName(sequence))} AS ${identifier("sequence")}, last_value, is_called FROM ${sequenceName(sequence)}`;
}

function setAgain(sequence: CatalogObject, copy: string): string {
  const increment = String(sequence.attributes.increment);
  const next = (alias: string) =>
    `${alias}.last_value::numeric + CASE WHEN ${alias}.is_called THEN ${increment} ELSE 0 END`;
  const behind = increment.startsWith("-") ? "<" : ">";
  return `SELECT setval(${literal(sequenceName(sequence))}, k.last_value, k.is_called)
    FROM ${copyTable(copy)} k, ${sequenceName(sequence)} n
    WHERE k.${identifier("sequence")} = ${literal(sequenceName(sequence))} AND ${next("k")} ${behind} ${next("n")}`;
}
