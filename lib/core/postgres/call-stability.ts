import { knownVolatility } from "./functions.js";

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * Functions of pg_catalog that are STABLE, or have a STABLE overload, only because of the session's settings: how dates, texts and numbers are
 * printed and read, the time zone, the text search configuration. Within one session they are as good as immutable.
 */
const READS_SETTINGS: ReadonlySet<string> = new Set(
  words(`age array_to_json array_to_string concat concat_ws date date_add date_bin date_part date_subtract date_trunc extract format
    generate_series json_build_array json_build_object json_populate_record json_to_record json_to_tsvector
    jsonb_build_array jsonb_build_object jsonb_path_exists_tz jsonb_path_query_first_tz jsonb_path_query_tz jsonb_populate_record
    jsonb_to_record jsonb_to_tsvector length make_timestamptz overlaps phraseto_tsquery plainto_tsquery quote_literal quote_nullable row_to_json
    time timestamp timestamptz timetz timezone to_char to_date to_json to_jsonb to_number to_timestamp to_tsquery to_tsvector
    ts_headline websearch_to_tsquery current_setting`),
);

/** Functions that return a different value each time, or in each transaction, and change nothing except a sequence's position. */
const FRESH: ReadonlySet<string> = new Set(
  words(`now transaction_timestamp statement_timestamp clock_timestamp timeofday random random_normal gen_random_uuid uuidv4 uuidv7 nextval
    txid_current pg_current_xact_id gen_random_bytes gen_salt uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 gen_ulid gen_uuid_v7
    generate_ulid nanoid snowflake_id ulid uuid7 uuid_generate_v6 uuid_generate_v7 uuid_v7`),
);

/**
 * What a call of a function of the server or of a well-known extension returns in several statements of one session. `steady`: the same for the same
 * arguments. `fresh`: a different value, and nothing else is touched. `unknown`: it may read or write something that we do not see.
 */
export function stabilityOf(name: string, args: number): "steady" | "fresh" | "unknown" {
  if (name === "age" && args === 1) return "fresh";
  if (FRESH.has(name)) return "fresh";
  const volatility = knownVolatility(name);
  return volatility === "immutable" || (volatility !== null && READS_SETTINGS.has(name)) ? "steady" : "unknown";
}
