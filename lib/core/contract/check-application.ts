import type { ColumnObject } from "../catalog/catalog.js";
import type { Finding } from "../finding.js";
import type { ColumnRequirement } from "./contract.js";
import { type Lookup, shown } from "./lookup.js";

/**
 * Where the application's code and a catalog disagree. A missing column or a different type is an error. A missing table is a warning, because code
 * may name tables of other databases; so is NULL where the code does not expect it.
 */
export function checkApplication(
  columns: readonly ColumnRequirement[],
  moment: "before" | "after",
  lookup: Lookup,
): readonly Finding[] {
  const missing = new Set<string>();
  return columns.flatMap((column): readonly Finding[] => {
    const table = lookup.relation(column.table);
    if (table) {
      const actual = lookup.index.column(table, column.column);
      if (!actual) return [missingColumn(column, moment)];
      // The server does not tell whether a view's columns can be NULL.
      const view = lookup.index.table(table) === undefined;
      return differences(view ? { ...column, nullable: null } : column, actual, moment);
    }
    const name = shown(column.table);
    if (moment === "before" || missing.has(name)) return [];
    missing.add(name);
    return [missingTable(column, name)];
  });
}

function differences(column: ColumnRequirement, actual: ColumnObject, moment: "before" | "after"): readonly Finding[] {
  const { type, notNull } = actual.attributes;
  if (column.type !== null && !readableAs(column.type, type)) {
    const message = `reads the column ${nameOf(column)} as ${column.type}, and ${when(moment)} it is ${type}.`;
    return [finding(column, "type", "error", message, "Change the code or the column, so that both have one type.")];
  }
  if (column.nullable === false && !notNull) {
    const message = `does not expect NULL in the column ${nameOf(column)}, and ${when(moment)} it allows NULL.`;
    return [finding(column, "nullable", "warning", message, "Make the field optional, or the column NOT NULL.")];
  }
  return [];
}

function missingColumn(column: ColumnRequirement, moment: "before" | "after"): Finding {
  const message = `uses the column ${nameOf(column)}, and ${when(moment)} it is missing.`;
  const remedy = "Add the column by a migration, or take it out of the code first.";
  return finding(column, "column-missing", "error", message, remedy);
}

function missingTable(column: ColumnRequirement, name: string): Finding {
  const message = `uses the table ${name}, and after the release there is none of that name.`;
  const remedy =
    "If it belongs to another database, name the folders of this one's code as `application` in the config.";
  return { ...finding(column, "table-missing", "warning", message, remedy), subject: { kind: "table", name } };
}

function finding(
  column: ColumnRequirement,
  code: string,
  severity: Finding["severity"],
  message: string,
  remedy: string,
): Finding {
  return {
    code: `application.${code}`,
    gate: "diverge",
    severity,
    subject: { kind: "column", name: nameOf(column) },
    message: `The application's code ${message}`,
    remedy: { text: remedy },
    source: column.source,
  };
}

function nameOf(column: ColumnRequirement): string {
  return `${shown(column.table)}.${column.column}`;
}

function when(moment: "before" | "after"): string {
  return `${moment} the release`;
}

const TEXTS = ["text", "character varying", "character", "citext", "name"];
const COMPARABLE = new Set([
  ...TEXTS,
  ..."smallint integer bigint real numeric boolean uuid date interval json jsonb bytea inet cidr oid".split(" "),
  "double precision",
  "time without time zone",
  "timestamp without time zone",
  "timestamp with time zone",
]);

/**
 * Whether the code's type can read a value of the column's type. Code names a type without its modifiers, does not distinguish the kinds of text, and
 * reads a type of the tenant's own (a domain, an enum) in ways that are up to the code.
 */
function readableAs(expected: string, actual: string): boolean {
  const [wanted, found] = [bare(expected), bare(actual)];
  if (!COMPARABLE.has(wanted) || !COMPARABLE.has(found)) return true;
  if (expected.endsWith("[]") !== actual.endsWith("[]")) return false;
  return wanted === found || (TEXTS.includes(wanted) && TEXTS.includes(found));
}

function bare(type: string): string {
  return type.replace(/\(.*?\)/, "").replace(/(\[\])+$/, "");
}
