import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { identifier } from "../../sql/quote.js";
import { alterTable } from "../inverses.js";
import { triggerState } from "../trigger-state.js";

/** Runs statements with the table's own triggers switched off: rows are put back, nothing happens anew. */
export function withoutTriggers(
  before: CatalogIndex,
  table: TableRef,
  statements: readonly string[],
): readonly string[] {
  if (statements.length === 0) return [];
  const triggers = before.catalog.objects.flatMap((object) =>
    object.kind === "trigger" && object.id.schema === table.schema && object.id.table === table.name
      ? [{ name: identifier(object.id.name), state: triggerState(object.attributes.enabled) }]
      : [],
  );
  const active = triggers.filter(({ state }) => state !== "DISABLE");
  return [
    ...active.map(({ name }) => alterTable(table, `DISABLE TRIGGER ${name}`)),
    ...statements,
    ...active.map(({ name, state }) => alterTable(table, `${state} TRIGGER ${name}`)),
  ];
}
