import type { AlterTableCmd, AlterTableStmt, Constraint, Node } from "libpg-query";
import { deparse, deparseCollation, deparseType } from "../../sql/deparse.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import type { TableOption } from "../kinds/set-table-option.js";
import type { SetTriggerState } from "../kinds/set-trigger-state.js";
import { columnSpec } from "./column.js";
import { constraintSpec } from "./constraint.js";
import { boundText } from "./create-table.js";
import { relationName } from "./names.js";
import { objectKind } from "./object-kinds.js";
import { type Draft, NotUnderstood } from "./reader.js";
import { alterTableForm, spaced } from "./sql-words.js";

type Command = (table: QualifiedName, command: AlterTableCmd) => readonly Draft[];

/** One operation per subcommand, in the order in which they take place. For a view, sequence, index or type: what changes on that object. */
export function readAlterTable(tree: AlterTableStmt): readonly Draft[] {
  const table = relationName(tree.relation);
  const objectType = objectKind(tree.objtype);
  const commands = (tree.cmds ?? []).flatMap((node) => ("AlterTableCmd" in node ? [node.AlterTableCmd] : []));
  return inPasses(commands).flatMap((command) => {
    const subtype = command.subtype ?? "";
    if (subtype === "AT_AttachPartition") return attach(table, command, objectType === "index" ? "index" : "table");
    if (objectType !== "table" && objectType !== "foreign table") {
      const what = spaced(subtype.replace(/^AT_/, "")).toLowerCase();
      return [
        { kind: "alter-object", objectKind: objectType, name: table, table: null, signature: null, what } as const,
      ];
    }
    const read = COMMANDS[subtype];
    if (!read) throw new NotUnderstood(`the effect of ALTER TABLE … ${alterTableForm(subtype)} is not known`);
    return read(table, command);
  });
}

/**
 * The server runs the subcommands of a statement in passes, whatever their order in the text (tablecmds.c, "AlterTablePass"): it drops first, then
 * converts, then adds columns, and creates constraints last. A change to the default of a column that is also converted counts among the drops, since
 * the conversion's way back restores the earlier default.
 */
function inPasses(commands: readonly AlterTableCmd[]): readonly AlterTableCmd[] {
  const converted = commands.flatMap(({ subtype, name }) => (subtype === "AT_AlterColumnType" ? [name] : []));
  const pass = ({ subtype, name }: AlterTableCmd) =>
    subtype === "AT_ColumnDefault" && converted.includes(name) ? 0 : (PASSES[subtype ?? ""] ?? OTHER_PASS);
  return [...commands].sort((a, b) => pass(a) - pass(b));
}

const OTHER_PASS = 5;
const PASSES: Readonly<Record<string, number>> = {
  AT_DropIdentity: 0,
  AT_DropNotNull: 0,
  AT_DropConstraint: 1,
  AT_DropColumn: 2,
  AT_AlterColumnType: 3,
  AT_AddColumn: 4,
  AT_AddConstraint: 6,
};

const COMMANDS: Readonly<Record<string, Command>> = {
  AT_AddColumn: (table, command) => {
    if (!command.def || !("ColumnDef" in command.def)) throw new NotUnderstood("ADD COLUMN without a column");
    const column = columnSpec(command.def.ColumnDef);
    return [{ kind: "add-column", table, column, ifNotExists: command.missing_ok ?? false }];
  },
  AT_DropColumn: (table, command) => [
    {
      kind: "drop-column",
      table,
      column: nameOf(command),
      cascade: command.behavior === "DROP_CASCADE",
      ifExists: command.missing_ok ?? false,
    },
  ],
  AT_ColumnDefault: (table, command) => [
    { kind: "set-default", table, column: nameOf(command), default: command.def ? deparse(command.def) : null },
  ],
  AT_SetNotNull: (table, command) => [{ kind: "set-not-null", table, column: nameOf(command) }],
  AT_DropNotNull: (table, command) => [{ kind: "drop-not-null", table, column: nameOf(command) }],
  AT_AlterColumnType: (table, command) => {
    if (!command.def || !("ColumnDef" in command.def)) throw new NotUnderstood("ALTER TYPE without a type");
    const { typeName, raw_default, collClause } = command.def.ColumnDef;
    return [
      {
        kind: "alter-column-type",
        table,
        column: nameOf(command),
        type: deparseType(typeName),
        using: raw_default ? deparse(raw_default) : null,
        collation: deparseCollation(collClause),
      },
    ];
  },
  AT_AddIdentity: (table, command) => [{ kind: "set-identity", table, column: nameOf(command), change: "add" }],
  AT_SetIdentity: (table, command) => [{ kind: "set-identity", table, column: nameOf(command), change: "set" }],
  AT_DropIdentity: (table, command) => [{ kind: "set-identity", table, column: nameOf(command), change: "drop" }],
  AT_SetExpression: (table, command) => [
    { kind: "set-expression", table, column: nameOf(command), expression: command.def ? deparse(command.def) : null },
  ],
  AT_DropExpression: (table, command) => [{ kind: "set-expression", table, column: nameOf(command), expression: null }],
  AT_SetStatistics: (table, command) => [columnOption(table, command, "statistics")],
  AT_SetStorage: (table, command) => [columnOption(table, command, "storage")],
  AT_SetCompression: (table, command) => [columnOption(table, command, "compression")],
  AT_SetOptions: (table, command) => [columnOption(table, command, "parameters")],
  AT_ResetOptions: (table, command) => [columnOption(table, command, "parameters")],
  AT_AddConstraint: (table, command) => {
    if (!command.def || !("Constraint" in command.def)) throw new NotUnderstood("ADD without a constraint");
    return [{ kind: "add-constraint", table, constraint: constraintSpec(command.def.Constraint as Constraint, null) }];
  },
  AT_ValidateConstraint: (table, command) => [{ kind: "validate-constraint", table, constraint: nameOf(command) }],
  AT_DropConstraint: (table, command) => [
    {
      kind: "drop-constraint",
      table,
      constraint: nameOf(command),
      cascade: command.behavior === "DROP_CASCADE",
      ifExists: command.missing_ok ?? false,
    },
  ],
  AT_AlterConstraint: (table, command) => {
    if (!command.def || !("ATAlterConstraint" in command.def)) throw new NotUnderstood("ALTER CONSTRAINT without one");
    const { conname = "", alterEnforceability, is_enforced } = command.def.ATAlterConstraint;
    const enforced = alterEnforceability ? (is_enforced ?? false) : null;
    return [{ kind: "alter-constraint", table, constraint: conname, enforced }];
  },
  AT_DetachPartition: (table, command) => [detach(table, command, false)],
  AT_DetachPartitionFinalize: (table, command) => [detach(table, command, true)],
  AT_SetLogged: option("logged"),
  AT_SetUnLogged: option("unlogged"),
  AT_SetTableSpace: option("tablespace"),
  AT_SetAccessMethod: option("access method"),
  AT_SetRelOptions: option("parameters"),
  AT_ResetRelOptions: option("parameters"),
  AT_ReplicaIdentity: option("replica identity"),
  AT_EnableRowSecurity: option("row security", "enable"),
  AT_DisableRowSecurity: option("row security", "disable"),
  AT_ForceRowSecurity: option("row security", "force"),
  AT_NoForceRowSecurity: option("row security", "no force"),
  AT_ClusterOn: option("cluster on"),
  AT_DropCluster: option("cluster on", ""),
  AT_AddInherit: option("inherit"),
  AT_DropInherit: option("no inherit"),
  AT_AddOf: option("of type"),
  AT_DropOf: option("of type", ""),
  AT_ChangeOwner: option("owner"),
  AT_EnableTrig: trigger("trigger", "one", "enable"),
  AT_EnableAlwaysTrig: trigger("trigger", "one", "always"),
  AT_EnableReplicaTrig: trigger("trigger", "one", "replica"),
  AT_DisableTrig: trigger("trigger", "one", "disable"),
  AT_EnableTrigAll: trigger("trigger", "all", "enable"),
  AT_DisableTrigAll: trigger("trigger", "all", "disable"),
  AT_EnableTrigUser: trigger("trigger", "user", "enable"),
  AT_DisableTrigUser: trigger("trigger", "user", "disable"),
  AT_EnableRule: trigger("rule", "one", "enable"),
  AT_EnableAlwaysRule: trigger("rule", "one", "always"),
  AT_EnableReplicaRule: trigger("rule", "one", "replica"),
  AT_DisableRule: trigger("rule", "one", "disable"),
};

function nameOf(command: AlterTableCmd): string {
  if (!command.name) throw new NotUnderstood(`ALTER TABLE … ${alterTableForm(command.subtype ?? "")} names nothing`);
  return command.name;
}

function columnOption(
  table: QualifiedName,
  command: AlterTableCmd,
  what: "statistics" | "storage" | "compression" | "parameters",
): Draft {
  return { kind: "set-column-option", table, column: nameOf(command), option: what };
}

function option(what: TableOption, value?: string): Command {
  return (table, command) => [{ kind: "set-table-option", table, option: what, value: value ?? optionValue(command) }];
}

function optionValue(command: AlterTableCmd): string {
  if (command.name) return command.name;
  if (command.newowner) return deparse({ RoleSpec: command.newowner });
  if (!command.def) return "";
  if ("ReplicaIdentityStmt" in command.def) return replicaIdentity(command.def);
  if ("List" in command.def) return (command.def.List.items ?? []).map((item) => deparse(item)).join(", ");
  return deparse(command.def);
}

function replicaIdentity(node: Extract<Node, { ReplicaIdentityStmt: unknown }>): string {
  const { identity_type, name } = node.ReplicaIdentityStmt;
  const words: Readonly<Record<string, string>> = { d: "default", f: "full", n: "nothing" };
  return words[identity_type ?? ""] ?? `index ${name ?? ""}`;
}

function trigger(of: SetTriggerState["of"], scope: SetTriggerState["scope"], state: SetTriggerState["state"]): Command {
  return (table, command) => [
    { kind: "set-trigger-state", table, of, name: scope === "one" ? nameOf(command) : null, scope, state },
  ];
}

function attach(parent: QualifiedName, command: AlterTableCmd, of: "table" | "index"): readonly Draft[] {
  if (!command.def || !("PartitionCmd" in command.def)) throw new NotUnderstood("ATTACH PARTITION without a partition");
  const { name, bound } = command.def.PartitionCmd;
  const text = of === "index" ? "" : boundText(bound);
  return [{ kind: "attach-partition", of, parent, partition: relationName(name), bound: text }];
}

function detach(parent: QualifiedName, command: AlterTableCmd, finalize: boolean): Draft {
  if (!command.def || !("PartitionCmd" in command.def)) throw new NotUnderstood("DETACH PARTITION without a partition");
  const { name, concurrent } = command.def.PartitionCmd;
  return {
    kind: "detach-partition",
    parent,
    partition: relationName(name),
    concurrently: concurrent ?? false,
    finalize,
  };
}
