import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { identifier } from "../sql/quote.js";

/** Sequences that go with a column: that of a serial one, or of an identity. */
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

/** The server quotes a part only where it must; so both ways of writing are looked for. */
function ownerNames(table: TableRef, column: string): readonly string[] {
  const plain = (part: string) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : identifier(part));
  return [
    [table.schema, table.name, column].map(plain).join("."),
    [table.schema, table.name, column].map(identifier).join("."),
    [table.schema, table.name, column].join("."),
  ];
}

/** What CREATE SEQUENCE, ALTER SEQUENCE and identity columns take alike, one setting each. */
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
