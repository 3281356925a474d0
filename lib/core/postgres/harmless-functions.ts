import { isSteady } from "../operations/read/volatility.js";

/** Built-in functions that are not steady and yet change nothing that a way back would have to undo. */
const HARMLESS: ReadonlySet<string> = new Set([
  // Aggregates.
  "array_agg",
  "avg",
  "bool_and",
  "bool_or",
  "count",
  "every",
  "json_agg",
  "json_object_agg",
  "jsonb_agg",
  "jsonb_object_agg",
  "max",
  "min",
  "mode",
  "percentile_cont",
  "string_agg",
  "sum",

  // Window functions.
  "dense_rank",
  "first_value",
  "lag",
  "last_value",
  "lead",
  "nth_value",
  "ntile",
  "rank",
  "row_number",

  // Expressions that look like functions.
  "coalesce",
  "exists",
  "num_nonnulls",
  "num_nulls",

  // Sets of rows.
  "generate_series",
  "generate_subscripts",
  "unnest",

  // Arrays.
  "array_cat",
  "array_length",
  "array_position",
  "array_remove",
  "array_to_string",
  "cardinality",

  // JSON.
  "json_array_elements",
  "json_each",
  "jsonb_array_elements",
  "jsonb_array_elements_text",
  "jsonb_array_length",
  "jsonb_each",
  "jsonb_each_text",
  "jsonb_object_keys",
  "jsonb_path_query",
  "jsonb_set",
  "jsonb_strip_nulls",
  "jsonb_typeof",

  // Text.
  "regexp_match",
  "regexp_matches",
  "regexp_replace",
  "regexp_split_to_array",
  "regexp_split_to_table",
  "starts_with",
  "strpos",

  // Other values each time.
  "clock_timestamp",
  "gen_random_uuid",
  "pg_current_xact_id",
  "random",
  "txid_current",

  // What the catalog says.
  "col_description",
  "format_type",
  "has_table_privilege",
  "obj_description",
  "pg_get_constraintdef",
  "pg_get_expr",
  "pg_get_functiondef",
  "pg_get_indexdef",
  "pg_get_viewdef",
  "pg_relation_size",
  "pg_table_is_visible",
  "pg_total_relation_size",
  "to_regclass",
  "to_regtype",

  // Sequences, whose positions are compared and kept.
  "currval",
  "lastval",
  "nextval",
  "pg_get_serial_sequence",
  "setval",

  // The session's settings, waits and locks of its own.
  "pg_advisory_lock",
  "pg_advisory_unlock",
  "pg_advisory_xact_lock",
  "pg_sleep",
  "set_config",
]);

/** Whether a call of a built-in function of this name leaves everything as it was, a sequence's position excepted. */
export function isHarmless(name: string): boolean {
  return isSteady(name) || HARMLESS.has(name);
}
