import type { Refusal } from "./description.js";

/**
 * SQLSTATEs with which a schema refuses a row that another schema may accept: NOT NULL, CHECK, length, range, a value that its type does not allow,
 * foreign key. An existing row tells nothing about a new UNIQUE: inserting it again is our doing.
 */
const IN_FRONT: ReadonlySet<string> = new Set(["23502", "23514", "22001", "22003", "22P02", "428C9"]);
/** What is checked after those: a row refused for one of these had passed them. */
const BEHIND: ReadonlySet<string> = new Set(["23505", "23503"]);
const FOREIGN_KEY = "23503";
const NOT_NULL = "23502";

/**
 * What the schema after the release refuses in a try that the one before accepted, or refused for something that is checked later. The last try has
 * made-up values, which can only show a column that is left out.
 */
export function newRefusal(before: readonly (Refusal | null)[], after: readonly (Refusal | null)[]): Refusal | null {
  for (const [at, refusal] of after.entries()) {
    const earlier = before[at] ?? null;
    if (!refusal || (at === after.length - 1 && refusal.code !== NOT_NULL)) continue;
    if (earlier === null && (IN_FRONT.has(refusal.code) || refusal.code === FOREIGN_KEY)) return refusal;
    if (earlier !== null && BEHIND.has(earlier.code) && IN_FRONT.has(refusal.code)) return refusal;
  }
  return null;
}
