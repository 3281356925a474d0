import { describe, expect, it, onTestFinished } from "vitest";
import { fitOf } from "../../../lib/core/postgres/fits.js";
import { literal } from "../../../lib/core/sql/quote.js";
import { MAJORS } from "../../support/majors.js";
import { sharedDatabase } from "../../support/shared-database.js";

/** Values at the edges of what the other types hold: halves, the last that fits, the first that does not, and no numbers. */
const EDGES = ["0", "0.4", "0.5", "1.5", "2.5", "-0.5", "-1.5", "7.7777", "1e30", "NaN"];
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  smallint: ["0", "-32768", "32767"],
  integer: ["0", "32767", "32768", "-32769", "16777217", "-2147483648", "2147483647"],
  bigint: ["0", "2147483648", "-2147483649", "9007199254740993", "9223372036854775807", "-9223372036854775808"],
  numeric: [
    ...EDGES,
    "Infinity",
    "32767.4",
    "32767.5",
    "-32768.5",
    "2147483647.5",
    "9223372036854775807.5",
    "999999.995",
  ],
  "numeric(12,4)": EDGES.filter((each) => each !== "1e30").concat("99999999.9999", "0.0050", "9.995", "999999.9949"),
  real: [...EDGES, "-0", "Infinity", "-Infinity", "16777216", "32767.5", "32768", "2147483648", "9.223372e18", "0.1"],
  "double precision": [
    ...EDGES,
    ...["-0", "Infinity", "32766.5", "32767.5", "-32768.5", "2147483646.5", "2147483647.5", "-2147483648.5"],
    ...[
      "9223372036854774784",
      "9223372036854775808",
      "-9223372036854775808",
      "1.2345678901234567",
      "0.30000000000000004",
    ],
    ...["9007199254740991", "999999.994999999999", "5e-324"],
  ],
};
const INTO = ["smallint", "integer", "bigint", "numeric(8,2)", "numeric(3,0)", "numeric(20,10)"];

const TEXTS = ["", "a", "abc", "abcd", "ab  ", "ab   ", "   ", "äöü", "äöüß"];
const SHORT = ["character varying(3)", "character(3)", "text"];

const MOMENTS: Readonly<Record<string, readonly string[]>> = {
  "timestamp with time zone": ["2024-01-02 00:00:00+00", "2024-01-02 03:04:05.678901+00", "infinity", "0001-01-01 BC"],
  "timestamp without time zone": ["2024-01-02", "2024-01-02 03:04:05.5", "-infinity", "2024-01-02 23:59:59.999999"],
  "time without time zone": ["03:04:05", "03:04:05.678901", "23:59:59.9999995"],
};
const COARSER: Readonly<Record<string, readonly string[]>> = {
  "timestamp with time zone": ["timestamp(0) with time zone", "timestamp(3) with time zone", "date"],
  "timestamp without time zone": ["timestamp(0) without time zone", "date"],
  "time without time zone": ["time(0) without time zone"],
};

const PAIRS: readonly (readonly [from: string, to: string, values: readonly string[]])[] = [
  ...Object.entries(NUMBERS).flatMap(([from, values]) => INTO.map((to) => [from, to, values] as const)),
  ...["text", "character varying(20)", "character(6)"].flatMap((from) => SHORT.map((to) => [from, to, TEXTS] as const)),
  ...Object.entries(MOMENTS).flatMap(([from, values]) =>
    (COARSER[from] ?? []).map((to) => [from, to, values] as const),
  ),
];

/** What the server does with a value by assignment casts, there and back, as ALTER COLUMN TYPE does: a CASE would hide an error. */
const measured = (from: string, to: string) => `
  create or replace function pg_temp.there(v ${from}, out x ${to}, out refused boolean) language plpgsql as $$
    declare z ${to}; begin z := v; x := z; refused := false; exception when data_exception or feature_not_supported then refused := true; end $$;
  create or replace function pg_temp.trip(v ${from}) returns boolean language plpgsql as $$
    declare x ${to}; y ${from};
    begin x := v; y := x; return y = v and (${from === "numeric" ? "true" : "y::text = v::text"}); exception when data_exception or feature_not_supported then return false; end $$`;

describe.each(MAJORS)("what of a value survives another type, measured on %s", (major) => {
  const database = sharedDatabase(major, "select 1");

  it.each(PAIRS)("%s into %s", async (from, to, all) => {
    const fit = fitOf("v", from, to, null);
    if (fit === null) return;
    // numeric has infinity from 14 on.
    const values = all.filter((value) => from !== "numeric" || value !== "Infinity" || Number(major) >= 14);
    const { refused, by } = fit.replaced ?? { refused: "false", by: "v" };
    onTestFinished(() => database.session.script("rollback"));
    await database.session.script("begin; set local timezone = 'UTC'");
    await database.session.script(measured(from, to));
    const rows = await database.session.query<Record<string, unknown>>(`
      select value, (${fit.survives}) is true as survives, pg_temp.trip(v) as same,
             (pg_temp.there(v)).refused as stops, (${refused}) is true as replaced,
             (pg_temp.there(f)).refused as stops_then, ((pg_temp.there(f)).x is not distinct from (pg_temp.there(v)).x) as alike
        from (select value, v, case when ${refused} then ${by} else v end as f
                from (select value, value::${from} as v from unnest(array[${values.map(literal).join(", ")}]) value) t) t`);
    expect(rows).toHaveLength(values.length);
    for (const row of rows) {
      expect(row.survives, `${row.value} survives`).toBe(row.same);
      expect(row.stops_then, `${row.value} stops the way back`).toBe(false);
      // What the server converts by itself becomes nothing else.
      if (!row.stops) expect(row.alike, `${row.value} is replaced`).toBe(true);
      if (row.stops) expect(row.replaced, `${row.value} is refused`).toBe(true);
    }
  });
});
