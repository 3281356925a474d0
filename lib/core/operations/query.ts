import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";
import type { QualifiedName } from "../contract/contract.js";
import { effects, readLocks } from "./effects.js";
import { impossible, NOTHING } from "./inverses.js";
import { keepSequences } from "./keep/keep-sequences.js";
import type { OperationData, OperationType } from "./operation.js";
import { isSteady } from "./read/volatility.js";

/** A SELECT, VALUES, SHOW or EXPLAIN: reads, and runs the functions that it calls. */
export interface Query extends OperationData {
  readonly kind: "query";
  readonly reads: readonly QualifiedName[];
  /** Names of functions it calls, e.g. `setval`. */
  readonly functions: readonly string[];
}

export const query: OperationType<Query> = {
  kind: "query",
  effects(operation, before) {
    return effects(readLocks(operation.reads, before));
  },
  /** A function that is called may do anything; only what is known to be harmless counts as nothing. */
  inverse(operation, before) {
    const unknown = operation.functions.find((name) => !HARMLESS.has(name) && !isSteady(name));
    if (unknown !== undefined) return impossible(`it calls ${unknown}(), whose effect its text does not tell`);
    if (!operation.functions.includes("setval")) return NOTHING;
    const { keep, restore } = keepSequences(operation.statement, namedSequences(operation, before));
    return { class: "lossy", statements: restore, losses: [], keep };
  },
  requirements() {
    return [];
  },
};

const HARMLESS = new Set(
  `set_config count max min sum avg coalesce pg_sleep setval nextval pg_advisory_lock
  pg_advisory_xact_lock pg_advisory_unlock exists pg_get_serial_sequence currval lastval to_regclass to_regtype format_type
  array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg bool_and bool_or every mode percentile_cont
  row_number rank dense_rank ntile lag lead first_value last_value nth_value unnest generate_series generate_subscripts
  array_length array_position array_remove array_cat array_to_string cardinality json_array_elements jsonb_array_elements
  jsonb_array_elements_text json_each jsonb_each jsonb_each_text jsonb_object_keys jsonb_typeof jsonb_array_length jsonb_set
  jsonb_strip_nulls jsonb_path_query regexp_replace regexp_match regexp_matches regexp_split_to_table regexp_split_to_array
  starts_with strpos clock_timestamp random gen_random_uuid txid_current pg_current_xact_id obj_description col_description
  pg_get_expr pg_get_constraintdef pg_get_indexdef pg_get_functiondef pg_get_viewdef pg_total_relation_size pg_relation_size
  pg_table_is_visible has_table_privilege num_nonnulls num_nulls`.split(/\s+/),
);

/** Which sequence a call sets is text to the parser: those are kept whose name, or whose table's, stands in the statement. */
function namedSequences({ statement }: Query, before: CatalogIndex): readonly CatalogObject[] {
  return before.catalog.objects.filter(({ kind, id, attributes }) => {
    if (kind !== "sequence") return false;
    const owner = typeof attributes.ownedBy === "string" ? attributes.ownedBy.split(".").at(-2) : undefined;
    return statement.sql.includes(id.name) || (owner !== undefined && statement.sql.includes(owner));
  });
}
