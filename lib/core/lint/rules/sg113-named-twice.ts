import type { Node } from "libpg-query";
import { as, find, strings } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const namedTwice: Rule = {
  id: "SG113",
  slug: "named-twice",
  title: "A column is defined or assigned twice",
  condition:
    "CREATE TABLE, CREATE TABLE AS, CREATE VIEW, ALTER TABLE or a composite type that defines a column twice, INSERT, UPDATE or MERGE that assigns one twice, or a key or column list that names one twice.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Name each column once.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  nodes: [
    "CreateStmt",
    "AT_AddColumn",
    "AT_AddConstraint",
    "InsertStmt",
    "UpdateStmt",
    "ViewStmt",
    "MergeStmt",
    "CompositeTypeStmt",
    "CreateTableAsStmt",
    "AlterTableStmt",
  ],
  *check(statement) {
    if (statement.conditional) return;
    for (const { doing, table, column } of repeated(statement)) {
      yield {
        statement,
        subject: { kind: "column", name: `${table}.${column}` },
        message: `The server refuses the statement, because it ${doing} the column ${column} of ${table} twice.`,
        remedy: { text: `Name ${column} once.` },
      };
    }
  },
};

interface Repeated {
  readonly doing: string;
  readonly table: string;
  readonly column: string;
}

function repeated(statement: LintStatement): readonly Repeated[] {
  const { node } = statement;
  const create = as(node, "CreateStmt");
  const made = as(node, "CreateTableAsStmt");
  if (made?.into?.rel) return twice(outputNames(made.query, made.into.colNames), "defines", tableName(made.into.rel));
  const composite = as(node, "CompositeTypeStmt");
  const view = as(node, "ViewStmt");
  const relation = create?.relation ?? composite?.typevar ?? view?.view;
  if (relation) {
    const elements = create?.tableElts ?? composite?.coldeflist ?? [];
    const defined = elements.flatMap((element) => as(element, "ColumnDef")?.colname ?? []);
    const names = view ? outputNames(view.query, view.aliases) : defined;
    const keys = elements.flatMap((element) => keysOf(element, tableName(relation)));
    return [...twice(names, "defines", tableName(relation)), ...keys];
  }
  const added = alterCommands(statement, "AT_AddColumn", "AT_AddConstraint");
  const [first] = added;
  if (first) {
    const table = tableName(first.table);
    const names = added.flatMap(({ command }) =>
      command.missing_ok ? [] : (as(command.def, "ColumnDef")?.colname ?? []),
    );
    const keys = added.flatMap(({ command }) => (command.def ? keysOf(command.def, table) : []));
    return [...twice(names, "defines", table), ...keys];
  }
  const type = as(node, "AlterTableStmt");
  if (type?.objtype === "OBJECT_TYPE" && type.relation) {
    const commands = (type.cmds ?? []).flatMap((each) => as(each, "AlterTableCmd") ?? []);
    const attributes = commands.flatMap(({ subtype, def }) =>
      subtype === "AT_AddColumn" ? (as(def, "ColumnDef")?.colname ?? []) : [],
    );
    return twice(attributes, "defines", tableName(type.relation));
  }
  return [
    ...find(node, "MergeStmt").flatMap(({ relation: into, mergeWhenClauses }) =>
      (mergeWhenClauses ?? []).flatMap((clause) =>
        twice(plainTargets(as(clause, "MergeWhenClause")?.targetList), "assigns", into ? tableName(into) : ""),
      ),
    ),
    ...find(node, "InsertStmt").flatMap(({ relation: into, cols, onConflictClause }) => {
      const table = into ? tableName(into) : "";
      const updated = plainTargets(onConflictClause?.targetList);
      return [...twice(plainTargets(cols), "assigns", table), ...twice(updated, "assigns", table)];
    }),
    ...find(node, "UpdateStmt").flatMap(({ relation: into, targetList }) =>
      twice(plainTargets(targetList), "assigns", into ? tableName(into) : ""),
    ),
  ];
}

/** The names that a query's columns certainly have: those written before it, then aliases and columns. */
function outputNames(query: Node | undefined, written: readonly Node[] | undefined): readonly string[] {
  const names = strings(written);
  const targets = as(query, "SelectStmt")?.targetList ?? [];
  const own = targets.slice(names.length).flatMap((node) => {
    const target = as(node, "ResTarget");
    const column = as(target?.val, "ColumnRef")?.fields?.at(-1);
    return target?.name ?? as(column, "String")?.sval ?? [];
  });
  return targets.slice(0, names.length).some(isStar) ? names : [...names, ...own];
}

function isStar(node: Node): boolean {
  return as(as(as(node, "ResTarget")?.val, "ColumnRef")?.fields?.at(-1), "A_Star") !== undefined;
}

/** A field of a composite or an element of an array may be assigned next to another of the same column. */
function plainTargets(targets: readonly Node[] | undefined): readonly string[] {
  return (targets ?? []).flatMap((node) => {
    const target = as(node, "ResTarget");
    return target?.name !== undefined && !target.indirection?.length ? [target.name] : [];
  });
}

/** The columns of a primary key, UNIQUE or foreign key; the server takes one twice in an index. */
function keysOf(element: Node, table: string): readonly Repeated[] {
  const constraint = as(element, "Constraint");
  return twice(strings(constraint?.keys), "names in a key", table);
}

function twice(names: readonly string[], doing: string, table: string): readonly Repeated[] {
  const found = new Set(names.filter((name, at) => names.indexOf(name) !== at));
  return [...found].map((column) => ({ doing, table, column }));
}
