import { describe, expect, it } from "vitest";
import { actsOutside } from "../../../lib/core/postgres/acts-outside.js";
import { VOLATILE } from "../../../lib/core/postgres/function-names.js";
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
    // On 13 and 14 interval_out and the other forms of timezone are immutable; nothing else says more than one of the servers does.
    const stricter = rows.filter(({ name, volatility }) => builtInVolatility(name) !== WORDS[volatility]);
    const older = Number(major) < 15 ? ["interval_out", "timezone"] : [];
    expect(stricter.map(({ name }) => name).filter((name) => !older.includes(name))).toEqual([]);
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

/** Volatile functions that act on nothing outside of their database, or only read what is there. */
const WITHIN: readonly RegExp[] = [
  /^(RI_FKey_|lo_(close|creat|create|from_bytea|lseek|lseek64|open|put|tell|tell64|truncate|truncate64|unlink)$|loread$|lowrite$)/,
  /^(brin_|gin_clean_pending_list$|amvalidate$|\w*handler$|plpgsql_validator$|dsnowball_|bernoulli$|system$)/,
  /^(current_query|currtid2?|ts_rewrite|ts_stat|(cursor|query)_to_xml\w*|tsvector_update_trigger\w*|unique_key_recheck)$/,
  /^(suppress_redundant_updates_trigger|pg_extension_config_dump|pg_export_snapshot|pg_notify|pg_sleep_(for|until))$/,
  /^pg_(get_|control_|current_|last_|is_|show_|logical_slot_peek_|stat_get_|xact_commit_|wal_summary_contents$|available_wal)/,
  /^pg_(collation|database_collation)_actual_version$|^pg_(clear|restore)_(attribute|extended|relation)_stats$/,
  /^pg_(hba_file_rules|ident_file_mappings|jit_available|lock_status|notification_queue_usage|prepared_xact)$/,
  /^pg_(isolation_test_session_is_blocked|safe_snapshot_blocking_pids|stat_have_stats)$/,
  /^pg_replication_origin_(progress|session_is_setup|session_progress)$|^pg_stat_(clear_snapshot|force_next_flush)$/,
  /^pg_stat_reset(_single_(table|function)_counters)?$/,
];

it("of every volatile function it is said whether it acts outside of the database", () => {
  const names = VOLATILE.trim().split(/\s+/);
  const within = (name: string) => isHarmless(name) || WITHIN.some((pattern) => pattern.test(name));
  expect(names.filter((name) => actsOutside(name) === within(name))).toEqual([]);
});
