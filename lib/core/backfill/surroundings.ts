import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { childrenOf, sameTable } from "../catalog/tables.js";
import { as } from "../sql/tree.js";
import { NotCuttable } from "./refusal.js";
import type { Shape } from "./statement-shape.js";

/** Refuses what depends on the tables: partitions, policies, rules, triggers, cascades. Throws `NotCuttable`. */
export function refuseSurroundings(before: CatalogIndex, shape: Shape, written: TableRef, walked: TableRef): void {
  refuseKind(before, walked, false);
  refuseKind(before, written, shape.verb === "insert");
  for (const { kind, id } of before.catalog.objects) {
    if (!sameTable({ schema: id.schema ?? "", name: id.table ?? "" }, written)) continue;
    if (kind === "rule") throw new NotCuttable("rule", `the rule ${id.name} on ${nameOf(written)} rewrites statements`);
  }
  refuseCascades(before, shape, written);
  refuseOwnReference(before, shape, written);
  refuseLateChecks(before, shape, written);
}

function nameOf({ schema, name }: TableRef): string {
  return `${schema}.${name}`;
}

/** `isInto`: rows are only added, and the server finds their partition. */
function refuseKind(before: CatalogIndex, table: TableRef, isInto: boolean): void {
  const found = before.table(table);
  const name = nameOf(table);
  if (!found) throw new NotCuttable("no-table", `there is no table ${name}`);
  const { relkind, partitionOf, rowSecurity } = found.attributes;
  if (relkind === "f") throw new NotCuttable("no-table", `${name} is a foreign table, which another server keeps`);
  const isOnlyTop = relkind === "p" && !partitionOf && isInto;
  if (!isOnlyTop && (relkind === "p" || partitionOf))
    throw new NotCuttable("partitioned", relkind === "p" ? `${name} is partitioned` : `${name} is a partition`);
  if (rowSecurity)
    throw new NotCuttable("row-security", `${name} has row-level security, which may hide rows from a batch`);
  if (!isOnlyTop && childrenOf(before, table).length > 0)
    throw new NotCuttable("inherited", `other tables inherit from ${name}, and its key tells nothing of their rows`);
}

function refuseCascades(before: CatalogIndex, { verb, sets }: Shape, written: TableRef): void {
  if (verb === "insert") return;
  const word = verb === "delete" ? "DELETE" : "UPDATE";
  for (const { id, definition, attributes } of before.referencedBy(written)) {
    const acts = new RegExp(`ON ${word} (CASCADE|SET)`).test(definition ?? "");
    const touched = verb === "delete" || (attributes.references?.columns ?? []).some((column) => sets.includes(column));
    if (acts && touched)
      throw new NotCuttable(
        "cascades",
        `the foreign key ${id.name} of ${id.schema}.${id.table} changes rows there too`,
      );
  }
}

/**
 * Each batch must satisfy a table's key to itself, which the statement only satisfies at its end: a row may go, move or come before the one it needs.
 */
function refuseOwnReference(before: CatalogIndex, { verb, sets, insert }: Shape, written: TableRef): void {
  const given = (insert?.cols ?? []).flatMap((item) => as(item, "ResTarget")?.name ?? []);
  for (const { id, attributes } of before.constraints(written)) {
    const { references, columns } = attributes;
    if (!references || !sameTable({ schema: references.schema, name: references.table }, written)) continue;
    const touched =
      verb === "delete" ||
      (verb === "update" && [...references.columns, ...columns].some((column) => sets.includes(column))) ||
      (verb === "insert" && (given.length === 0 || columns.some((column) => given.includes(column))));
    if (touched)
      throw new NotCuttable(
        "own-reference",
        `the foreign key ${id.name} makes rows of ${nameOf(written)} depend on one another`,
      );
  }
}

/** A batch may temporarily violate what is checked at the end of the statement, or of its transaction. */
function refuseLateChecks(before: CatalogIndex, { verb, sets }: Shape, written: TableRef): void {
  if (verb !== "update") return;
  for (const { id, attributes } of before.constraints(written)) {
    const { type, deferrable, columns } = attributes;
    const late = deferrable && (type === "u" || type === "p" || type === "x");
    if (late && (columns.length === 0 || columns.some((column) => sets.includes(column))))
      throw new NotCuttable(
        "whole",
        `the deferrable constraint ${id.name} of ${nameOf(written)} is checked over all rows at the end`,
      );
  }
}

/** Whether anything, in any table, may wait until the end of a transaction to be checked or fired. */
export function mayDefer({ catalog }: CatalogIndex): boolean {
  return catalog.objects.some(
    ({ kind, definition, attributes }) =>
      (kind === "constraint" && attributes.deferrable === true) ||
      (kind === "trigger" && (definition ?? "").startsWith("CREATE CONSTRAINT TRIGGER")),
  );
}
