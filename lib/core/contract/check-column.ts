import type { ColumnObject } from "../catalog/catalog.js";
import { formattedType } from "../sql/type-name.js";
import type { ColumnRequirement } from "./contract.js";
import { type Failure, type Lookup, shown } from "./lookup.js";
import { sameDefault } from "./same-default.js";

export function checkColumn(requirement: ColumnRequirement, lookup: Lookup): readonly Failure[] {
  const table = lookup.table(requirement.table);
  const column = table ? lookup.index.column(table, requirement.column) : undefined;
  const name = `${shown(requirement.table)}.${requirement.column}`;
  const failure = (code: string, message: string): Failure => ({
    code: `contract.column-${code}`,
    subject: { kind: "column", name },
    message,
    source: requirement.source,
  });
  if (!requirement.present)
    return column ? [failure("present", `the column ${name} must not be there, and it is.`)] : [];
  if (!table) return [failure("missing", `the column ${name} must be there, and its table is missing.`)];
  if (!column) return [failure("missing", `the column ${name} must be there, and it is missing.`)];
  return differences(requirement, column).map(([code, message]) => failure(code, `the column ${name} ${message}`));
}

function differences(requirement: ColumnRequirement, column: ColumnObject): [string, string][] {
  const { type, notNull, default: actual } = column.attributes;
  const found: [string, string][] = [];
  if (requirement.type !== null && !sameType(requirement, type)) {
    found.push(["type", `must be of type ${formattedType(requirement.type)}, and it is ${type}.`]);
  }
  if (requirement.nullable !== null && requirement.nullable === notNull) {
    found.push(["nullable", notNull ? "must allow NULL, and it does not." : "must be NOT NULL, and it allows NULL."]);
  }
  const expected = requirement.default;
  if (expected !== undefined && !sameDefault(expected, actual, type)) {
    found.push(["default", `must have ${defaultText(expected)}, and it has ${defaultText(actual)}.`]);
  }
  return found;
}

/** Rust types have no modifiers: `ColumnType::Varchar` means any length. A type without a schema may be in any. */
function sameType(requirement: ColumnRequirement, actual: string): boolean {
  const expected = formattedType(requirement.type ?? "");
  if (expected === actual) return true;
  const bare = (type: string) => type.replace(/"/g, "").split(".").at(-1);
  if (!expected.includes(".") && bare(actual) === expected.replace(/"/g, "")) return true;
  return requirement.source.file.endsWith(".rs") && actual.replace(/\(.*?\)/, "") === expected;
}

function defaultText(value: string | null): string {
  return value === null ? "no default" : `the default ${value}`;
}
