import type { WantedExclusion } from "../exclusion.js";
import { columnOf, type TableState } from "../state/table-state.js";

const RANGE = /^(int4|int8|num|date|ts|tstz)range$/;
/** The server writes each range of these types as `[a,b)`. Dates have an infinity, which it leaves as it is. */
const HALF_OPEN = /^int[48]range$/;

/** The element of an exclusion constraint that is a range which must not overlap. */
export interface RangeElement {
  readonly at: number;
  /** True when every range of its type includes its lower bound and excludes its upper one. */
  readonly halfOpen: boolean;
}

/**
 * The element that is a range which must not overlap while all others are equal: then one ordered pass finds the conflicts, where comparing every
 * pair would take forever. Null for any other constraint.
 */
export function rangeElement(table: TableState, { elements }: WantedExclusion): RangeElement | null {
  const overlaps = elements.flatMap(({ operator }, at) => (operator === "&&" ? [at] : []));
  const [at] = overlaps;
  if (at === undefined || overlaps.length > 1) return null;
  if (elements.some(({ operator }, other) => other !== at && operator !== "=")) return null;
  const sql = elements[at]?.sql ?? "";
  const type = columnOf(table, sql.replaceAll('"', ""))?.type ?? /^\(?(\w+)\(/.exec(sql)?.[1] ?? "";
  return RANGE.test(type) ? { at, halfOpen: HALF_OPEN.test(type) } : null;
}

/**
 * Ranges in order of their lower bound: one overlaps an earlier range exactly when its lower bound is below the highest upper bound so far, or equals
 * it and both belong to their ranges. Bounds are sorted and compared as themselves, which takes half the time of comparing ranges.
 */
export function overlappingRanges(from: string, { elements }: WantedExclusion, range: RangeElement): string {
  const r = `e${range.at}`;
  const others = elements.flatMap((_, at) => (at === range.at ? [] : [`e${at}`]));
  const partition = others.length === 0 ? "" : `PARTITION BY ${others.join(", ")} `;
  const inclusive = range.halfOpen ? "" : "lower_inc DESC, ";
  const before = `OVER (${partition}ORDER BY low NULLS FIRST, ${inclusive}position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  const bounds = [
    `lower(${r}) AS low, upper(${r}) AS high`,
    ...(range.halfOpen ? [] : [`lower_inc(${r}) AS lower_inc, upper_inc(${r}) AS upper_inc`]),
  ];
  const seen = [
    // NULL where there is no range before this one.
    `bool_or(high IS NULL) ${before} AS endless`,
    `max(high) ${before} AS highest`,
    ...(range.halfOpen ? [] : [`max(high) FILTER (WHERE upper_inc) ${before} AS reached`]),
  ];
  const clash = [
    "endless OR (low IS NULL AND endless IS NOT NULL) OR low < highest",
    ...(range.halfOpen ? [] : ["(lower_inc AND low = reached)"]),
  ];
  const rows = `SELECT every.*, ${bounds.join(", ")} FROM (${from}) AS every WHERE NOT isempty(${r})`;
  return `SELECT * FROM (SELECT bounded.*, ${seen.join(", ")} FROM (${rows}) AS bounded) AS swept WHERE ${clash.join(" OR ")}`;
}
