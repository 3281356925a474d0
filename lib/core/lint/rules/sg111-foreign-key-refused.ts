import { columnConstraints } from "../../sql/column-constraints.js";
import { as } from "../../sql/tree.js";
import { columnsFrom } from "../known/from-definition.js";
import { rangeKey } from "../known/key.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";
import { type NewForeignKey, whyNoForeignKey } from "./support/foreign-key-target.js";

export const foreignKeyRefused: Rule = {
  id: "SG111",
  slug: "foreign-key-refused",
  title: "A foreign key that the server refuses",
  condition:
    "A foreign key to columns that are not there or not unique, of a type that cannot be compared with them, of another number of columns, or to a view.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Point it at the columns of a primary key or UNIQUE, with the same types.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  refuses: true,
  nodes: ["CreateStmt", "CONSTR_FOREIGN"],
  *check(statement, known) {
    for (const key of foreignKeysOf(statement)) {
      const why = whyNoForeignKey(known, statement, key);
      const target = key.constraint.pktable;
      if (why === null || !target) continue;
      yield {
        statement,
        location: key.constraint.location,
        subject: { kind: "table", name: tableName(key.table) },
        table: key.table,
        message: `The server refuses the foreign key of ${tableName(key.table)} to ${tableName(target)}, because ${why}.`,
        remedy: { text: `Point it at the primary key or a UNIQUE of ${tableName(target)}, with the same types.` },
      };
    }
  },
};

function foreignKeysOf(statement: LintStatement): readonly NewForeignKey[] {
  const create = as(statement.node, "CreateStmt");
  const table = create?.relation;
  const columns = columnsFrom(create?.tableElts, statement);
  if (table) {
    return (create.tableElts ?? []).flatMap((element): NewForeignKey[] => {
      const definition = as(element, "ColumnDef");
      const alone = as(element, "Constraint");
      const own = definition ? columnConstraints(definition) : alone ? [alone] : [];
      return own.flatMap((constraint) =>
        constraint.contype === "CONSTR_FOREIGN" &&
        constraint.pktable &&
        rangeKey(constraint.pktable) !== rangeKey(table)
          ? [{ table, constraint, column: definition?.colname, fresh: columns }]
          : [],
      );
    });
  }
  const added = alterCommands(statement, "AT_AddColumn", "AT_AddConstraint");
  const fresh = added.flatMap(({ command }) => columnsFrom(command.def ? [command.def] : [], statement));
  return added.flatMap(({ table: altered, command }): NewForeignKey[] => {
    const definition = as(command.def, "ColumnDef");
    const alone = as(command.def, "Constraint");
    const own = definition ? columnConstraints(definition) : alone ? [alone] : [];
    // It may point at a key that another command of the statement adds.
    return own.flatMap((constraint) =>
      constraint.contype === "CONSTR_FOREIGN" &&
      !(added.length > 1 && constraint.pktable && rangeKey(constraint.pktable) === rangeKey(altered))
        ? [{ table: altered, constraint, column: definition?.colname, fresh }]
        : [],
    );
  });
}
