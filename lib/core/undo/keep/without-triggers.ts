import type { CatalogObject } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { descendants, sameTable } from "../../catalog/tables.js";
import { identifier } from "../../sql/quote.js";
import { sqlName } from "../inverses.js";
import { triggerState } from "../trigger-state.js";

/**
 * Runs statements with the triggers of the table and of its partitions disabled: rows are restored without anything firing again. Each separately,
 * since enabling one on a partitioned table enables those of its partitions. `gone`: triggers that no longer exist.
 */
export function withoutTriggers(
  before: CatalogIndex,
  table: TableRef,
  statements: readonly string[],
  gone: readonly CatalogObject[] = [],
): readonly string[] {
  if (statements.length === 0) return [];
  const tables = [table, ...(before.table(table)?.attributes.relkind === "p" ? descendants(before, table) : [])];
  const active = tables.flatMap((each) =>
    before.catalog.objects.filter(
      (object) =>
        object.kind === "trigger" &&
        !gone.includes(object) &&
        sameTable({ schema: object.id.schema ?? "", name: object.id.table ?? "" }, each) &&
        triggerState(object.attributes.enabled) !== "DISABLE",
    ),
  );
  const set = (state: string, { id }: CatalogObject) =>
    `ALTER TABLE ONLY ${sqlName({ schema: id.schema ?? "", name: id.table ?? "" })} ${state} TRIGGER ${identifier(id.name)}`;
  return [
    ...active.map((trigger) => set("DISABLE", trigger)),
    ...statements,
    ...active.map((trigger) => set(triggerState(trigger.attributes.enabled), trigger)),
  ];
}
