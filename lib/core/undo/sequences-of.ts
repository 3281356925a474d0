import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { identifier } from "../sql/quote.js";

/** A sequence that goes with a column: a serial column's, or an identity's. */
export interface OwnedSequence {
  readonly column: string;
  readonly sequence: CatalogObject;
}

/** Of one column of a table, or of all. */
export function sequencesOf(before: CatalogIndex, table: TableRef, column: string | null): readonly OwnedSequence[] {
  const columns = before.columns(table).filter(({ id }) => column === null || id.name === column);
  return before.catalog.objects.flatMap((object) => {
    if (object.kind !== "sequence") return [];
    const owner = columns.find(({ id }) => ownerNames(table, id.name).includes(String(object.attributes.ownedBy)));
    return owner ? [{ column: owner.id.name, sequence: object }] : [];
  });
}

/** The server quotes each part separately, where it must, including a plain word that is reserved. So this returns every spelling. */
function ownerNames(table: TableRef, column: string): readonly string[] {
  return [table.schema, table.name, column]
    .map((part) => [...new Set([part, identifier(part)])])
    .reduce(
      (heads, parts) => heads.flatMap((head) => parts.map((part) => (head === "" ? part : `${head}.${part}`))),
      [""],
    );
}

/** Settings that CREATE SEQUENCE, ALTER SEQUENCE and identity columns all accept, one per entry. */
export function sequenceSettings({ attributes }: CatalogObject): readonly string[] {
  const { start, increment, min, max, cache, cycle } = attributes as Record<string, unknown>;
  return [
    `INCREMENT ${String(increment)}`,
    `MINVALUE ${String(min)}`,
    `MAXVALUE ${String(max)}`,
    `START ${String(start)}`,
    `CACHE ${String(cache)}`,
    cycle === true ? "CYCLE" : "NO CYCLE",
  ];
}

export function sequenceOptions(sequence: CatalogObject): string {
  return sequenceSettings(sequence).join(" ");
}
