import type { Refusal } from "./description.js";

/** Why a try was refused. */
export interface TryRefusal extends Refusal {
  /** A row that exists already, as far as the constraint tells one from another by values that came from that row: our doing. */
  readonly repeated?: true;
  /** The constraint that refused it, with its schema, as SQL. */
  readonly constraint?: string | null;
}

/** SQLSTATEs of what is checked after everything else: a row refused for one of these had passed the rest. */
const BEHIND: ReadonlySet<string> = new Set(["23505", "23503", "23P01"]);
const NOT_NULL = "23502";
/** Names that are not there, or operators that do not fit: in a trigger or a function, whatever the row is. */
const OF_THE_SCHEMA = /^42/;
/** Says nothing about the row: it was waited for in vain, or something else was in the way. */
const OF_THE_MOMENT = /^(40|55P03|57)/;

/**
 * What the schema after the release refuses in a try that the one before accepted, or refused for something that is checked later. The last try has
 * made-up values, which can only show a column that is left out, and code that fails for every row.
 */
export function newRefusal(
  before: readonly (TryRefusal | null)[],
  after: readonly (TryRefusal | null)[],
): Refusal | null {
  for (const [at, refusal] of after.entries()) {
    const earlier = before[at] ?? null;
    if (!refusal || refusal.repeated || OF_THE_MOMENT.test(refusal.code)) continue;
    if (at === after.length - 1 && refusal.code !== NOT_NULL && !OF_THE_SCHEMA.test(refusal.code)) continue;
    if (earlier === null) return refusal;
    if (BEHIND.has(earlier.code) && !BEHIND.has(refusal.code)) return refusal;
  }
  return null;
}
