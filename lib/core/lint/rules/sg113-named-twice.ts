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
    "CREATE TABLE or ALTER TABLE that defines a column twice, INSERT or UPDATE that assigns one twice, or a key or column list that names one twice.",
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
  const composite = as(node, "CompositeTypeStmt");
  const view = as(node, "ViewStmt");
  const relation = create?.relation ?? composite?.typevar ?? view?.view;
  if (relation) {
    const elements = create?.tableElts ?? composite?.coldeflist ?? [];
    const defined = elements.flatMap((element) => as(element, "ColumnDef")?.colname ?? []);
    const names = view ? strings(view.aliases) : defined;
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
  return [
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
