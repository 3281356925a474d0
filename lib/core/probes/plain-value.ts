import type { ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";

const VALUES: readonly (readonly [RegExp, string])[] = [
  [/^(smallint|integer|bigint|numeric|real|double precision|money)\b/, "0"],
  [/^(text|character varying|character|citext|public\.citext|name)\b/, "''"],
  [/^boolean$/, "false"],
  [/^(timestamp|date)\b/, "now()"],
  [/^time\b/, "'00:00'"],
  [/^interval\b/, "'0'"],
  [/^uuid$/, "gen_random_uuid()"],
  [/^jsonb?$/, "'{}'"],
  [/^bytea$/, "''"],
];

/** A value of the column's type to stand where there is none, as SQL; null where only a person can choose one. */
export function plainValue(column: ColumnObject, before: CatalogIndex): string | null {
  const { type } = column.attributes;
  // A made-up value would point nowhere.
  const points = before.catalog.objects.some(
    (object) =>
      object.kind === "constraint" &&
      object.attributes.type === "f" &&
      object.id.schema === column.id.schema &&
      object.id.table === column.id.table &&
      object.attributes.columns.includes(column.id.name),
  );
  if (points) return null;
  if (type.endsWith("[]")) return "'{}'";
  return VALUES.find(([pattern]) => pattern.test(type))?.[1] ?? null;
}
