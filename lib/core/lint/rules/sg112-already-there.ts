import { as } from "../../sql/tree.js";
import { relationKey } from "../known/key.js";
import type { Known } from "../known/known.js";
import { indexFrom } from "../known/learn.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";
import { type Taken, taken, takenObjects } from "./support/taken-objects.js";

export const alreadyThere: Rule = {
  id: "SG112",
  slug: "already-there",
  title: "Something of this name already exists",
  condition:
    "ADD COLUMN, RENAME, ADD CONSTRAINT or CREATE of a table, index, view, function, type, policy, trigger or rule with a name that the catalog or an earlier statement shows to be taken, without IF NOT EXISTS; a second primary key.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Leave the statement out, choose another name, or change what is there by a statement that says so.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  refuses: true,
  nodes: [
    ...(["AT_AddColumn", "AT_AddConstraint", "RenameStmt", "CreateStmt", "CreateTableAsStmt", "IndexStmt"] as const),
    ...(["ViewStmt", "CreateFunctionStmt", "CreateEnumStmt", "CreateDomainStmt", "CompositeTypeStmt"] as const),
    ...(["CreatePolicyStmt", "CreateTrigStmt", "RuleStmt"] as const),
  ],
  *check(statement, known) {
    if (statement.unlessThere) return;
    for (const { kind, name } of takenNames(statement, known)) {
      yield {
        statement,
        subject: { kind, name },
        message: `The server refuses the statement, because the ${kind} ${name} already exists.`,
        remedy: { text: "Leave the statement out, or choose another name." },
      };
    }
  },
};

function takenNames(statement: LintStatement, known: Known): readonly Taken[] {
  return [
    ...takenColumns(statement, known),
    ...takenConstraints(statement, known),
    ...takenByRename(statement, known),
    ...takenRelations(statement, known),
    ...takenObjects(statement, known),
  ];
}

/** A column that another command of the statement drops or renames is free. */
function takenColumns(statement: LintStatement, known: Known): readonly Taken[] {
  const dropped = alterCommands(statement, "AT_DropColumn").map(({ command }) => command.name);
  return alterCommands(statement, "AT_AddColumn").flatMap(({ table, command }) => {
    const name = as(command.def, "ColumnDef")?.colname ?? "";
    const taken = known.table(table)?.columns.has(name) === true && !command.missing_ok && !dropped.includes(name);
    return taken ? [{ kind: "column", name: `${tableName(table)}.${name}` }] : [];
  });
}

function takenConstraints(statement: LintStatement, known: Known): readonly Taken[] {
  const dropped = alterCommands(statement, "AT_DropConstraint", "AT_DropColumn");
  if (dropped.length > 0) return [];
  return alterCommands(statement, "AT_AddConstraint").flatMap(({ table, command }) => {
    const name = as(command.def, "Constraint")?.conname;
    const there = known.table(table);
    const taken = name !== undefined && there?.constraints.some((item) => item.name === name);
    return taken ? [{ kind: "constraint", name: `${name} of ${tableName(table)}` }] : [];
  });
}

function takenByRename(statement: LintStatement, known: Known): readonly Taken[] {
  const rename = as(statement.node, "RenameStmt");
  const { relation, newname = "" } = rename ?? {};
  if (!relation) return [];
  const table = known.table(relation);
  if (rename?.renameType === "OBJECT_TABCONSTRAINT") {
    const held = table?.constraints.some(({ name }) => name === newname) === true;
    return held ? [{ kind: "constraint", name: `${newname} of ${tableName(relation)}` }] : [];
  }
  if (rename?.renameType === "OBJECT_COLUMN") {
    const taken = table?.columns.has(newname) === true;
    return taken ? [{ kind: "column", name: `${tableName(relation)}.${newname}` }] : [];
  }
  const moves = /^OBJECT_(TABLE|INDEX|VIEW|MATVIEW|SEQUENCE)$/.test(rename?.renameType ?? "");
  return moves ? taken(known, relationKey(relation.schemaname, newname)) : [];
}

function takenRelations(statement: LintStatement, known: Known): readonly Taken[] {
  const create = as(statement.node, "CreateStmt");
  const view = as(statement.node, "ViewStmt");
  const made = as(statement.node, "CreateTableAsStmt");
  const index = as(statement.node, "IndexStmt");
  if (index?.relation && index.idxname !== undefined && !index.if_not_exists) {
    return taken(known, relationKey(index.relation.schemaname, indexFrom(index, statement, known).name));
  }
  const relation =
    (create && !create.if_not_exists ? create.relation : undefined) ??
    (made && !made.if_not_exists ? made.into?.rel : undefined) ??
    (view && !view.replace ? view.view : undefined);
  if (!relation || relation.relpersistence === "t") return [];
  return taken(known, relationKey(relation.schemaname, relation.relname ?? ""));
}
