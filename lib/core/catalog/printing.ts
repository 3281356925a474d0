import { literal } from "../sql/quote.js";

/** How a server prints values, as pg_dump sets it: constants in expressions must not depend on ALTER DATABASE … SET. */
export const PRINTING = [
  ["DateStyle", "ISO"],
  ["IntervalStyle", "postgres"],
  ["extra_float_digits", "1"],
  ["bytea_output", "hex"],
] as const;

/** The time zone is no session's: a release and its probes reckon in the tenant's. */
const SETTINGS = [...PRINTING, ["TimeZone", "UTC"], ["quote_all_identifiers", "off"]] as const;

/** Tag of the rows without a body that set and restore them. */
const PRINTED = "=";

/** The values before, read when the first arm of the query begins. */
export const BEFORE = `before as materialized (select ${SETTINGS.map(
  ([name]) => `current_setting('${name}') as ${name.toLowerCase()}`,
).join(", ")})`;

/**
 * The arms of a UNION ALL, with these settings around them: whichever session, transaction or driver sends the query prints the same, and is left as it
 * was. PostgreSQL executes the arms one after the other (set_config is not parallel safe).
 */
export function printedArms(arms: readonly string[]): readonly string[] {
  const first = arm(SETTINGS.map(([name, value]) => [name, literal(value)]));
  return [first, ...arms, arm(SETTINGS.map(([name]) => [name, `before.${name.toLowerCase()}`]))];
}

/** A row without a text. */
function arm(settings: readonly (readonly [string, string])[]): string {
  const calls = settings.map(([name, value]) => `set_config('${name}', ${value}, true)`);
  return `select '${PRINTED}' as tag, left(concat(${calls.join(", ")}), 0) as body from before`;
}
