import type { RangeVar } from "libpg-query";
import { rangeKey } from "../known/key.js";
import type { Known, KnownView } from "../known/known.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const changeUnderDependents: Rule = {
  id: "SG015",
  slug: "change-under-dependents",
  title: "A column that a view uses is dropped or given another type",
  condition:
    "DROP COLUMN without CASCADE, or ALTER COLUMN … TYPE, of a column that a view or materialized view known from the catalog or the files names.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Drop the view, change the column, and create the view again, in one transaction.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  nodes: ["AT_DropColumn", "AT_AlterColumnType"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_DropColumn", "AT_AlterColumnType")) {
      if (command.behavior === "DROP_CASCADE") continue;
      const views = viewsOf(known, table, command.name ?? "");
      if (views.length === 0) continue;
      const names = views.map((view) => view.key).join(", ");
      const verb = command.subtype === "AT_DropColumn" ? "drop" : "change the type of";
      yield {
        statement,
        subject: { kind: "column", name: `${tableName(table)}.${command.name}` },
        table,
        message: `The server refuses to ${verb} ${tableName(table)}.${command.name}, because ${names} uses it.`,
        remedy: { text: `In one transaction: drop ${names}, change the column, and create ${names} again.` },
      };
    }
  },
};

/** Views that name both the table and, as far as a name tells, the column. */
function viewsOf(known: Known, table: RangeVar, column: string): KnownView[] {
  return [...known.views.values()].filter((view) => {
    const aliases = view.tables.get(rangeKey(table));
    return aliases !== undefined && names(view, aliases, column);
  });
}

/** A bare column name counts only when the view reads no other table that could have it. */
function names(view: KnownView, aliases: readonly string[], column: string): boolean {
  const alone = view.tables.size === 1;
  return view.columns.some(
    (parts) => parts.at(-1) === column && (parts.length === 1 ? alone : aliases.includes(parts.at(-2) ?? "")),
  );
}
