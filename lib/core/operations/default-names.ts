import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { ConstraintSpec, IndexKey } from "./shapes.js";

const SUFFIX: Readonly<Record<ConstraintSpec["type"], string>> = {
  check: "check",
  unique: "key",
  "primary key": "pkey",
  "foreign key": "fkey",
  exclusion: "excl",
  "not null": "not_null",
};

/**
 * The name that the server chooses for a constraint without one (`ChooseConstraintName`, `ChooseIndexName` in the
 * server's source); null where it cannot be foretold.
 */
export function constraintName(constraint: ConstraintSpec, table: TableRef, before: CatalogIndex): string | null {
  const suffix = SUFFIX[constraint.type];
  switch (constraint.type) {
    case "primary key":
      return freeName(table, "", suffix, before);
    case "unique":
      return freeName(table, constraint.columns.join("_"), suffix, before);
    case "foreign key":
      return freeName(table, constraint.columns.join("_"), suffix, before);
    case "not null":
      return freeName(table, constraint.column, suffix, before);
    case "check": {
      const columns = before.columns(table).filter(({ id }) => mentionsWord(constraint.expression, id.name));
      const [only] = columns;
      return freeName(table, columns.length === 1 && only ? only.id.name : "", suffix, before);
    }
    case "exclusion":
      return freeName(table, constraint.elements.map((element) => element.expression).join("_"), suffix, before);
  }
}

/** The same for an index: column names joined, `expr` for expressions. */
export function indexName(keys: readonly IndexKey[], table: TableRef, before: CatalogIndex): string {
  return freeName(table, keys.map((key) => key.column ?? "expr").join("_"), "idx", before);
}

function freeName(table: TableRef, middle: string, suffix: string, before: CatalogIndex): string {
  const taken = new Set(before.catalog.objects.filter(({ id }) => id.schema === table.schema).map(({ id }) => id.name));
  for (let number = 0; ; number++) {
    const name = composed(table.name, middle, number === 0 ? suffix : `${suffix}${number}`);
    if (!taken.has(name)) return name;
  }
}

/** `makeObjectName`: the longer of the first two parts is cut until the whole fits into 63 bytes. */
function composed(first: string, second: string, label: string): string {
  let one = first;
  let two = second;
  const bytes = (text: string) => Buffer.byteLength(text);
  const room = 63 - bytes(label) - 1 - (two === "" ? 0 : 1);
  while (bytes(one) + bytes(two) > room) {
    if (bytes(one) > bytes(two)) one = [...one].slice(0, -1).join("");
    else two = [...two].slice(0, -1).join("");
  }
  return [one, ...(two === "" ? [] : [two]), label].join("_");
}

function mentionsWord(text: string, word: string): boolean {
  return new RegExp(`(?<![\\w$])${word.replaceAll(/[^\w]/g, "\\$&")}(?![\\w$])`).test(text);
}
