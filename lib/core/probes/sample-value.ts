import type { CatalogObject, ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";
import { literal } from "../sql/quote.js";

type Make = (row: number, length: number | null) => string;

const DAY = (row: number) => `'2020-01-01'::date + ${row}`;

const MAKERS: readonly (readonly [RegExp, Make])[] = [
  [/^(smallint|integer|bigint|real|double precision|money)$/, (row) => String(row)],
  [/^numeric/, (row) => String(row)],
  [/^(text|character varying|character|name|citext|\S+\.citext)\b/, (row, length) => text(row, length)],
  [/^boolean$/, (row) => (row % 2 === 0 ? "true" : "false")],
  [/^(timestamp|date)\b/, DAY],
  [/^time\b/, (row) => `'00:00'::time + interval '${row} minutes'`],
  [/^interval\b/, (row) => `interval '${row} hours'`],
  [/^uuid$/, (row) => `'00000000-0000-4000-8000-${String(row).padStart(12, "0")}'`],
  [/^jsonb?$/, (row) => `'{"n": ${row}}'`],
  [/^bytea$/, (row) => `decode(lpad(to_hex(${row}), 8, '0'), 'hex')`],
  [/^(inet|cidr)$/, (row) => `'10.0.${Math.floor(row / 250)}.${row % 250}'`],
  [/^bit\b/, (_, length) => `B'${"1".repeat(length ?? 1)}'`],
  [/^tsvector$/, (row) => `'w${row}'`],
  [/^(int4|int8|num)range$/, (row) => `'[${row * 10},${row * 10 + 5})'`],
  [/^(ts|tstz|date)range$/, (row) => `'[2020-01-01,${2021 + (row % 50)}-01-01)'`],
  [/ltree$/, (row) => `'n${row}'`],
  [/^point$/, (row) => `point(${row}, ${row})`],
];

/** A value for the row of this number, as SQL: a different one for every row if the type has enough of them. */
export function sampleValue(column: ColumnObject, before: CatalogIndex, row: number): string {
  const { type } = column.attributes;
  if (type.endsWith("[]")) return "'{}'";
  const length = /\((\d+)/.exec(type)?.[1];
  const make = MAKERS.find(([pattern]) => pattern.test(type))?.[1];
  if (make) return make(row, length === undefined ? null : Number(length));
  const own = ownType(type, before);
  const labels = own?.attributes.labels;
  if (Array.isArray(labels) && labels.length > 0) return literal(String(labels[(row - 1) % labels.length]));
  const base = own?.attributes.base;
  if (typeof base === "string") {
    return sampleValue({ ...column, attributes: { ...column.attributes, type: base } }, before, row);
  }
  return "NULL";
}

function text(row: number, length: number | null): string {
  const value = `value ${row}`;
  if (length === null || value.length <= length) return literal(value);
  return literal(row.toString(36).padStart(length, "a").slice(-length));
}

function ownType(type: string, before: CatalogIndex): CatalogObject | undefined {
  const plain = type.replaceAll('"', "");
  return before.catalog.objects.find(
    ({ kind, id }) => (kind === "type" || kind === "domain") && `${id.schema ?? ""}.${id.name}` === plain,
  );
}
