import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { identifier } from "../../sql/quote.js";
import { alterTable } from "../inverses.js";

/** Runs statements with the table's own triggers switched off: rows are put back, nothing happens anew. */
export function withoutTriggers(
  before: CatalogIndex,
  table: TableRef,
  statements: readonly string[],
): readonly string[] {
  if (statements.length === 0) return [];
  const triggers = before.catalog.objects.flatMap((object) =>
    object.kind === "trigger" && object.id.schema === table.schema && object.id.table === table.name
      ? [{ name: identifier(object.id.name), state: stateOf(object.attributes.enabled) }]
      : [],
  );
  const active = triggers.filter(({ state }) => state !== "DISABLE");
  return [
    ...active.map(({ name }) => alterTable(table, `DISABLE TRIGGER ${name}`)),
    ...statements,
    ...active.map(({ name, state }) => alterTable(table, `${state} TRIGGER ${name}`)),
  ];
}

function stateOf(enabled: unknown): "ENABLE" | "ENABLE ALWAYS" | "ENABLE REPLICA" | "DISABLE" {
  switch (enabled) {
    case "D":
    case "disabled":
      return "DISABLE";
    case "A":
    case "always":
      return "ENABLE ALWAYS";
    case "R":
    case "replica":
      return "ENABLE REPLICA";
    default:
      return "ENABLE";
  }
}
