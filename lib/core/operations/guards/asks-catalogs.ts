import { SYSTEM_CATALOGS } from "../../postgres/system-catalogs.js";
import { isTree, type Tree } from "../../sql/body-tree.js";
import { isParsed, parseSql } from "../../sql/parse.js";

/** System catalogs that are the same wherever the schema is. */
const CATALOGS =
  "pg_attribute pg_class pg_constraint pg_enum pg_index pg_namespace pg_policy pg_proc pg_trigger pg_type".split(" ");

/** Views over them, and their columns that a condition names. */
const VIEWS: Readonly<Record<string, string>> = {
  columns: "table_schema table_name column_name column_default is_nullable data_type udt_schema udt_name",
  constraint_column_usage: "table_schema table_name column_name constraint_schema constraint_name",
  key_column_usage: "constraint_schema constraint_name table_schema table_name column_name",
  referential_constraints: "constraint_schema constraint_name unique_constraint_name update_rule delete_rule",
  routines: "routine_schema routine_name routine_type",
  schemata: "schema_name",
  table_constraints: "constraint_schema constraint_name table_schema table_name constraint_type",
  tables: "table_schema table_name table_type",
  triggers: "trigger_schema trigger_name event_object_schema event_object_table",
  views: "table_schema table_name",
};

/** What differs from server to server: numbers of objects that no condition compares with a constant, and statistics. */
const OF_THE_SERVER = new Set(
  "relfilenode relpages reltuples relallvisible relallfrozen relfrozenxid relminmxid".split(" "),
);

const FUNCTIONS = new Set(
  "current_schema current_schemas to_regclass to_regtype lower upper format_type count coalesce quote_ident array_length".split(
    " ",
  ),
);

/** Types of constants; a domain's checks are code. */
const TYPES = new Set("bool char int2 int4 int8 name oid regclass regnamespace regtype text varchar".split(" "));

/** Whether an expression reads nothing but the schema: system catalogs, and no variable, setting or row of a table. */
export function asksCatalogsOnly(expression: string): boolean {
  const [statement, ...others] = parseSql(`SELECT ${expression}`, "condition").statements;
  if (!statement || !isParsed(statement) || others.length > 0) return false;
  const relations: Tree[] = [];
  const columns: string[] = [];
  if (!collected(statement.node, relations, columns) || relations.length === 0) return false;
  const known = new Set(relations.flatMap(columnsOf));
  return relations.every((each) => columnsOf(each).length > 0) && columns.every((name) => known.has(name));
}

/** Collects relations and columns; false for what may read something else. */
function collected(value: unknown, relations: Tree[], columns: string[]): boolean {
  if (Array.isArray(value)) return value.every((each) => collected(each, relations, columns));
  if (!isTree(value)) return true;
  return Object.entries(value).every(([name, child]) => {
    if (REFUSED.has(name)) return false;
    if (!isTree(child)) return collected(child, relations, columns);
    if (name === "RangeVar") relations.push(child);
    if (name === "ColumnRef") {
      const last = lastString(child.fields);
      if (last !== null) columns.push(last);
    }
    if (name === "FuncCall" && !FUNCTIONS.has(ownName(child.funcname) ?? "")) return false;
    if (name === "A_Expr" && ownName(child.name) === null) return false;
    if (name === "typeName" && !TYPES.has(ownName(child.names) ?? "")) return false;
    if (name === "SQLValueFunction" && child.op !== "SVFOP_CURRENT_SCHEMA") return false;
    return collected(child, relations, columns);
  });
}

/** The name of a function, operator or type of PostgreSQL; null for one of another schema, whose code may read anything. */
function ownName(names: unknown): string | null {
  const [first, ...others] = Array.isArray(names) ? names : [];
  if (others.length === 0) return lastString(names);
  return others.length === 1 && lastString([first]) === "pg_catalog" ? lastString(names) : null;
}

const REFUSED: ReadonlySet<string> = new Set([
  "ParamRef",
  "RangeFunction",
  "withClause",
  "intoClause",
  "lockingClause",
]);

function lastString(list: unknown): string | null {
  const last: unknown = Array.isArray(list) ? list.at(-1) : undefined;
  return isTree(last) && isTree(last.String) ? String(last.String.sval ?? "") : null;
}

function columnsOf({ schemaname, relname }: Tree): readonly string[] {
  const name = String(relname);
  if (schemaname === "information_schema") return VIEWS[name]?.split(" ") ?? [];
  if (schemaname !== undefined && schemaname !== "pg_catalog") return [];
  const all = CATALOGS.includes(name) ? (SYSTEM_CATALOGS[name]?.split(" ") ?? []) : [];
  return all.filter((column) => !OF_THE_SERVER.has(column));
}
