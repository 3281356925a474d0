import type { WantedExclusion } from "../exclusion.js";
import { columnOf, type TableState } from "../state/table-state.js";

const RANGE = /^(int4|int8|num|date|ts|tstz)range$/;

/**
 * The element that is a range which must not overlap while all others are equal: then one pass in order finds the
 * clashes, where comparing every pair would not end. Null for any other constraint.
 */
export function rangeElement(table: TableState, { elements }: WantedExclusion): number | null {
  const overlaps = elements.flatMap(({ operator }, at) => (operator === "&&" ? [at] : []));
  const [at] = overlaps;
  if (at === undefined || overlaps.length > 1) return null;
  if (elements.some(({ operator }, other) => other !== at && operator !== "=")) return null;
  const sql = elements[at]?.sql ?? "";
  const type = columnOf(table, sql.replaceAll('"', ""))?.type ?? /^\(?(\w+)\(/.exec(sql)?.[1] ?? "";
  return RANGE.test(type) ? at : null;
}

/**
 * Ranges in order of their lower bound: one overlaps a range before it exactly when its lower bound lies below the
 * highest upper bound so far, or meets it and both belong to their ranges.
 */
export function overlappingRanges(from: string, { elements }: WantedExclusion, range: number): string {
  const r = `e${range}`;
  const others = elements.flatMap((_, at) => (at === range ? [] : [`e${at}`]));
  const partition = others.length === 0 ? "" : `PARTITION BY ${others.join(", ")} `;
  const before = `OVER (${partition}ORDER BY ${r}, position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  const seen = [
    `count(*) ${before} AS seen`,
    `bool_or(upper_inf(${r})) ${before} AS endless`,
    `max(upper(${r})) ${before} AS highest`,
    `max(upper(${r})) FILTER (WHERE upper_inc(${r})) ${before} AS reached`,
  ].join(", ");
  const clash = `endless OR (lower_inf(${r}) AND seen > 0) OR lower(${r}) < highest OR (lower_inc(${r}) AND lower(${r}) = reached)`;
  return `SELECT * FROM (SELECT every.*, ${seen} FROM (${from}) AS every WHERE NOT isempty(${r})) AS swept WHERE ${clash}`;
}
