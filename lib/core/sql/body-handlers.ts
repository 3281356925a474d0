import { isTree, queryOf } from "./body-tree.js";
import type { Guard } from "./plpgsql.js";

/**
 * Errors that do not depend on rows, by names and codes (manual, appendix A): classes 0A, 2B, 3F and 42 without privileges, and what the server
 * considers its own fault.
 */
const BY_SCHEMA: ReadonlySet<string> = new Set(
  `feature_not_supported dependent_objects_still_exist dependent_privilege_descriptors_still_exist invalid_schema_name internal_error
   undefined_column undefined_function undefined_table undefined_object undefined_parameter duplicate_column duplicate_cursor duplicate_database
   duplicate_function duplicate_schema duplicate_table duplicate_alias duplicate_object ambiguous_column ambiguous_function ambiguous_alias
   invalid_column_reference invalid_column_definition invalid_function_definition invalid_schema_definition invalid_table_definition
   invalid_object_definition invalid_foreign_key invalid_name wrong_object_type reserved_name datatype_mismatch cannot_coerce syntax_error`.split(
    /\s+/,
  ),
);
const BY_SCHEMA_CODE = /^(0A|2B|3F|42(?!501)|XX)[0-9A-Z]{3}$/;

/** The guard on the statements of a block whose handlers catch these conditions. `block`: its number in the body. */
export function passingOver(names: readonly string[], body: unknown, block: number): Guard {
  if (names.every((name) => /^duplicate_/.test(name))) return { kind: "unless there" };
  if (names.every((name) => BY_SCHEMA.has(name.toLowerCase()) || BY_SCHEMA_CODE.test(name)))
    return { kind: "unless refused" };
  return onlyAlters(body) ? { kind: "unless failed", block } : { kind: "unknown", reason: GOES_ON };
}

/** Why it is not known whether a statement of a block runs that catches errors of rows. */
export const GOES_ON = "its block goes on after an error";

/** Statements that ALTER, also in the branches of an IF, and nothing that could fail besides. */
function onlyAlters(body: unknown): boolean {
  if (Array.isArray(body)) return body.every(onlyAlters);
  if (!isTree(body)) return true;
  return Object.entries(body).every(([name, child]) => {
    if (!isTree(child)) return onlyAlters(child);
    if (name === "PLpgSQL_stmt_execsql") return /^\s*alter\b/i.test(queryOf(child.sqlstmt));
    if (name === "PLpgSQL_stmt_if" || name === "PLpgSQL_if_elsif") return onlyAlters(child);
    return name === "cond";
  });
}

/** The conditions that a block's handlers catch. */
export function conditionNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(conditionNames);
  if (!isTree(value)) return [];
  if (typeof value.condname === "string") return [value.condname];
  // A handler's statements may be blocks with handlers of their own.
  return Object.entries(value).flatMap(([name, child]) => (name === "action" ? [] : conditionNames(child)));
}
