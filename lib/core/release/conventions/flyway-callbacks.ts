/**
 * The events for which Flyway runs a file named after them, with or without `__` after the name. Source: flyway-core 13.12.0
 * `org.flywaydb.core.api.callback.Event`, as listed by running it.
 */
const EVENTS: ReadonlySet<string> = new Set([
  ...eventsOf("Clean", "Migrate", "EachMigrate", "EachMigrateStatement", "Undo", "EachUndo", "EachUndoStatement"),
  ...eventsOf("Validate", "Baseline", "Repair", "Info"),
  ...["beforeRepeatables", "afterVersioned", "afterMigrateApplied", "afterReportGenerated"],
  ...["Migrate", "Info", "Clean", "Validate", "Undo", "Repair", "Baseline"].map(
    (each) => `after${each}OperationFinish`,
  ),
  ...["createSchema", "beforeCreateSchema", "beforeConnect", "afterConnect"],
]);

function eventsOf(...commands: readonly string[]): readonly string[] {
  return commands.flatMap((command) => [`before${command}`, `after${command}`, `after${command}Error`]);
}

export function isFlywayCallback(fileName: string): boolean {
  return EVENTS.has(fileName.replace(/\.sql$/i, "").replace(/__.*$/, ""));
}
