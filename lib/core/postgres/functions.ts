import { IMMUTABLE, STABLE, VOLATILE } from "./function-names.js";

export type Volatility = "immutable" | "stable" | "volatile";

/** A function's volatility by its word in CREATE FUNCTION, in either case; without one it is volatile. */
export function volatilityFrom(word: string | undefined): Volatility {
  const lower = word?.toLowerCase();
  return lower === "immutable" || lower === "stable" ? lower : "volatile";
}

const words = (text: string) => text.trim().split(/\s+/);

const BUILT_IN: ReadonlyMap<string, Volatility> = new Map([
  ...words(IMMUTABLE).map((name) => [name, "immutable"] as const),
  ...words(STABLE).map((name) => [name, "stable"] as const),
  ...words(VOLATILE).map((name) => [name, "volatile"] as const),
]);

/** Functions of the extensions shipped with PostgreSQL that are used in defaults, checks and updates. Measured like the built-in ones. */
const CONTRIB: ReadonlyMap<string, Volatility> = new Map([
  ...words(`armor crypt dearmor decrypt decrypt_iv digest encrypt encrypt_iv hmac pgp_key_id pgp_pub_decrypt pgp_sym_decrypt
    uuid_generate_v3 uuid_generate_v5 uuid_nil uuid_ns_dns uuid_ns_oid uuid_ns_url uuid_ns_x500
    difference dmetaphone dmetaphone_alt levenshtein levenshtein_less_equal metaphone soundex text_soundex
    show_trgm akeys avals hstore hstore_to_json hstore_to_jsonb slice
    lca nlevel subltree subpath text2ltree ltree2text`).map((name) => [name, "immutable"] as const),
  ...words("show_limit similarity_op unaccent word_similarity_op").map((name) => [name, "stable"] as const),
  ...words(`gen_random_bytes gen_salt pgp_pub_encrypt pgp_sym_encrypt set_limit uuid_generate_v1 uuid_generate_v1mc
    uuid_generate_v4`).map((name) => [name, "volatile"] as const),
]);

/** Functions with which applications and other extensions create keys. No server measured them; each call returns a new value. */
const KEY_MAKERS: ReadonlySet<string> = new Set(
  words(`gen_ulid gen_uuid_v7 generate_ulid nanoid snowflake_id ulid uuid7 uuid_generate_v6 uuid_generate_v7 uuid_v7`),
);

/** Volatility of a function of pg_catalog by name: that of its most volatile overload; null: the server has no such function. */
export function builtInVolatility(name: string): Volatility | null {
  return BUILT_IN.get(name) ?? null;
}

/** The same, including the functions of PostgreSQL's own extensions and those known to create keys. */
export function knownVolatility(name: string): Volatility | null {
  return BUILT_IN.get(name) ?? CONTRIB.get(name) ?? (KEY_MAKERS.has(name) ? "volatile" : null);
}

/** Volatile functions that change nothing except a sequence's position, the session's settings and its locks. */
const HARMLESS: ReadonlySet<string> = new Set(
  words(`clock_timestamp gen_random_uuid uuidv4 uuidv7 random random_normal setseed timeofday array_sample array_shuffle
    pg_database_size pg_indexes_size pg_relation_size pg_table_size pg_tablespace_size pg_total_relation_size
    pg_blocking_pids pg_is_in_recovery pg_partition_ancestors pg_partition_tree pg_xact_status txid_status
    currval lastval nextval setval pg_sequence_last_value
    pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared
    pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock pg_try_advisory_lock_shared
    pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared pg_sleep set_config lo_get`),
);

/** Expressions that the parser returns as calls although pg_proc has no such function. */
const EXPRESSIONS: ReadonlySet<string> = new Set(["coalesce", "exists"]);

/** Whether a call of a built-in function of this name changes nothing, apart from a sequence's position. */
export function isHarmless(name: string): boolean {
  const volatility = builtInVolatility(name);
  if (volatility === null) return EXPRESSIONS.has(name);
  return volatility !== "volatile" || HARMLESS.has(name);
}

/** The harmless ones among the volatile functions, for the test that asks the server for each. */
export const HARMLESS_FUNCTIONS: readonly string[] = [...HARMLESS];
/** What we know about functions of extensions, for the test that asks the server for each. */
export const EXTENSION_FUNCTIONS: ReadonlyMap<string, Volatility> = CONTRIB;
