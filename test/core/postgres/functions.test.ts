import { describe, expect, it } from "vitest";
import {
  builtInVolatility,
  EXTENSION_FUNCTIONS,
  HARMLESS_FUNCTIONS,
  isHarmless,
  type Volatility,
} from "../../../lib/core/postgres/functions.js";
import { MAJORS } from "../../support/majors.js";
import type { Major } from "../../support/postgres.js";
import { sharedDatabase } from "../../support/shared-database.js";

const EXTENSIONS = ["pgcrypto", "uuid-ossp", "unaccent", "fuzzystrmatch", "pg_trgm", "hstore", "ltree"];
const WORDS: Readonly<Record<string, Volatility>> = { i: "immutable", s: "stable", v: "volatile" };

interface Row extends Record<string, unknown> {
  readonly name: string;
  readonly volatility: string;
}

/** The most volatile overload of each name: `i` < `s` < `v`. */
const worst = (where: string) => `
  select proname::text as name, pg_catalog.max(provolatile::text) as volatility from pg_catalog.pg_proc
   where ${where} group by 1 order by 1`;

describe.each(MAJORS)("what functions are on %s", (major: Major) => {
  const database = sharedDatabase(major, EXTENSIONS.map((name) => `create extension "${name}";`).join("\n"));

  it("has every built-in function as the server has it, or as an older one had it", async () => {
    const rows = await database.session.query<Row>(
      worst(
        `pronamespace = 'pg_catalog'::pg_catalog.regnamespace and not (proname = 'timezone' and provolatile = 'v')`,
      ),
    );
    expect(rows.length).toBeGreaterThan(2_000);
    const order = ["immutable", "stable", "volatile"];
    const wrong = rows.filter(({ name, volatility }) => {
      const said = builtInVolatility(name);
      return said === null || order.indexOf(said) < order.indexOf(WORDS[volatility] ?? "");
    });
    expect(wrong).toEqual([]);
    // interval_out is immutable on 13 and 14 and stable later; nothing else says more than one of the servers does.
    const stricter = rows.filter(({ name, volatility }) => builtInVolatility(name) !== WORDS[volatility]);
    expect(stricter.map(({ name }) => name).filter((name) => name !== "interval_out")).toEqual([]);
  });

  it("has the functions of PostgreSQL's own extensions as they are", async () => {
    const rows = await database.session.query<Row>(
      worst(`proname = any('{${[...EXTENSION_FUNCTIONS.keys()].join()}}')`),
    );
    expect(rows.map(({ name }) => name)).toEqual([...EXTENSION_FUNCTIONS.keys()].sort());
    for (const { name, volatility } of rows)
      expect([name, WORDS[volatility]]).toEqual([name, EXTENSION_FUNCTIONS.get(name)]);
  });
});

describe("harmless functions", () => {
  it("are told one by one only where they are volatile", () => {
    for (const name of HARMLESS_FUNCTIONS) expect([name, builtInVolatility(name)]).toEqual([name, "volatile"]);
  });

  it.each([
    "lo_unlink",
    "pg_terminate_backend",
    "pg_notify",
    "query_to_xml",
    "pg_read_file",
    "no_such_function",
    "app.lower",
  ])("%s is not one", (name) => expect(isHarmless(name)).toBe(false));
});
