import type { Node } from "libpg-query";
import { as, find, strings } from "../../../sql/tree.js";
import type { Known } from "../../known/known.js";

/** Volatile functions of the server and of the extensions that generate keys. */
const VOLATILE: ReadonlySet<string> = new Set(
  `clock_timestamp timeofday random random_normal gen_random_uuid uuidv4 uuidv7 nextval setval currval lastval
  txid_current pg_current_xact_id uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 uuid_generate_v6
  uuid_generate_v7 uuid_v7 gen_random_bytes gen_salt gen_ulid ulid generate_ulid nanoid gen_uuid_v7 uuid7 snowflake_id
  array_shuffle array_sample pg_sleep query_to_xml`.split(/\s+/),
);

/** Functions that are often called in a default or a CHECK and are not volatile. */
const STEADY: ReadonlySet<string> = new Set(
  `now statement_timestamp transaction_timestamp timezone date_trunc date_part to_char to_date to_timestamp
  to_number make_date make_time make_timestamp make_timestamptz make_interval age extract lower upper initcap btrim
  trim ltrim rtrim length char_length octet_length bit_length substring substr left right replace translate
  regexp_replace regexp_match regexp_like split_part concat concat_ws format md5 sha224 sha256 sha384 sha512 encode decode digest
  abs ceil ceiling floor round trunc mod power sqrt sign div greatest least nullif array_length array_position array_ndims
  array_to_string string_to_array cardinality array_append array_cat array_remove array_fill jsonb_typeof json_typeof
  jsonb_build_object json_build_object jsonb_build_array json_build_array to_json to_jsonb jsonb_array_length
  json_array_length jsonb_object_keys row_to_json num_nonnulls num_nulls current_setting current_database
  current_schema to_tsvector setweight to_tsquery pg_catalog hashtext isfinite isempty lower_inc upper_inc
  int4range int8range numrange tsrange tstzrange daterange range_merge point box st_makepoint starts_with strpos
  position overlay lpad rpad repeat reverse chr ascii quote_ident quote_literal numeric_scale scale int4 int8 text
  inet_server_addr family host masklen pg_column_size version session_user unaccent pg_client_encoding`.split(/\s+/),
);

export type Volatility = "steady" | "volatile" | "unknown";

export interface VolatileCall {
  readonly name: string;
  readonly volatility: Exclude<Volatility, "steady">;
}

/** The first call in an expression that may give another value for each row; undefined when none does. */
export function volatileCall(expression: Node | undefined, known: Known): VolatileCall | undefined {
  const calls = find(expression, "FuncCall").map((call) => strings(call.funcname).at(-1) ?? "");
  const judged = calls.map((name) => ({ name, volatility: volatilityOf(name, known) }));
  const volatile = judged.find((call) => call.volatility === "volatile");
  const worst = volatile ?? judged.find((call) => call.volatility === "unknown");
  return worst && worst.volatility !== "steady" ? { name: worst.name, volatility: worst.volatility } : undefined;
}

function volatilityOf(name: string, known: Known): Volatility {
  const declared = known.functions.get(name);
  if (declared !== undefined) return declared === "volatile" ? "volatile" : "steady";
  if (VOLATILE.has(name)) return "volatile";
  return STEADY.has(name) ? "steady" : "unknown";
}

/** The expression behind DEFAULT of a column definition. */
export function defaultOf(constraints: readonly Node[] | undefined): Node | undefined {
  return (constraints ?? [])
    .map((node) => as(node, "Constraint"))
    .find((constraint) => constraint?.contype === "CONSTR_DEFAULT")?.raw_expr;
}
