import { readableName } from "../../sql/readable-name.js";
import type { AlterCommand } from "../../sql/tree.js";
import { ALL_VERSIONS, type Report, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";
import { type Blocker, columnBlockers } from "./support/column-blockers.js";

export const changeUnderDependents: Rule = {
  id: "SG015",
  slug: "change-under-dependents",
  title: "A column that other objects use is dropped or given another type",
  condition:
    "DROP COLUMN without CASCADE, or ALTER COLUMN … TYPE, of a column that a view, rule, policy, trigger, generated column, BEGIN ATOMIC function, publication or foreign key names, that is part of a partition key, that is inherited, or whose table's row type is the type of a column.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Drop what uses the column, change the column, and create it again, in one transaction.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  refuses: true,
  nodes: ["AT_DropColumn", "AT_AlterColumnType"],
  *check(statement, known) {
    for (const each of alterCommands(statement, "AT_DropColumn", "AT_AlterColumnType")) {
      const blockers = columnBlockers(known, statement, each);
      const [fixed] = blockers.fixed;
      const { message, remedy } =
        fixed === undefined ? underDependents(each, blockers.dependents) : { message: fixed, remedy: ANOTHER_WAY };
      if (fixed === undefined && blockers.dependents.length === 0) continue;
      yield {
        statement,
        subject: { kind: "column", name: columnOf(each) },
        table: each.table,
        message: `The server refuses to ${verb(each)} ${columnOf(each)}, because ${message}.`,
        remedy: { text: remedy },
      };
    }
  },
};

const ANOTHER_WAY =
  "Add a column of the new shape, fill it, and move readers to it; or create the table again with the wanted columns.";

function underDependents(
  each: AlterCommand,
  dependents: readonly Blocker[],
): Pick<Report, "message"> & { readonly remedy: string } {
  const names = dependents.map(nameOf).join(", ");
  const one = dependents.length === 1;
  const deed = each.command.subtype === "AT_DropColumn" ? "drop the column" : "change the column";
  return {
    message: `${names} ${one ? "uses" : "use"} it`,
    remedy: `In one transaction: drop ${names}, ${deed}, and create ${names} again.`,
  };
}

/** A view by its bare name, anything else with its kind. */
function nameOf({ kind, key, on }: Blocker): string {
  if (kind === "view" || kind === "materialized view") return key;
  if (kind === "function") return `function ${key}`;
  const name = kind === "generated column" ? readableName(key) : key;
  return `${kind} ${name}${on === null || kind === "publication" ? "" : ` of ${on}`}`;
}

function columnOf({ table, command }: AlterCommand): string {
  return `${tableName(table)}.${command.name}`;
}

function verb({ command }: AlterCommand): string {
  return command.subtype === "AT_DropColumn" ? "drop" : "change the type of";
}
