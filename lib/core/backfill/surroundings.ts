import type { Node } from "libpg-query";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { childrenOf, sameTable } from "../catalog/tables.js";
import { functionsCalled, tablesRead } from "../operations/read/tables-read.js";
import { resolveTable } from "../operations/resolve.js";
import { builtInVolatility } from "../postgres/functions.js";
import { NotCuttable } from "./refusal.js";
import type { Shape } from "./statement-shape.js";

const VERBS = { update: "UPDATE", delete: "DELETE", insert: "INSERT" } as const;

/** Refuses what hangs on the tables: partitions, policies, rules, triggers, cascades. Throws `NotCuttable`. */
export function refuseSurroundings(before: CatalogIndex, shape: Shape, written: TableRef, walked: TableRef): void {
  for (const table of [written, walked]) refuseKind(before, table);
  const event = VERBS[shape.verb];
  for (const { kind, id, definition, attributes } of before.catalog.objects) {
    if (!sameTable({ schema: id.schema ?? "", name: id.table ?? "" }, written)) continue;
    if (kind === "rule") throw new NotCuttable("rule", `the rule ${id.name} on ${nameOf(written)} rewrites statements`);
    if (kind === "trigger" && attributes.enabled !== "D")
      refuseTrigger(before, written, id.name, definition ?? "", event);
  }
  refuseCascades(before, shape, written);
}

function nameOf({ schema, name }: TableRef): string {
  return `${schema}.${name}`;
}

function refuseKind(before: CatalogIndex, table: TableRef): void {
  const found = before.table(table);
  const name = nameOf(table);
  if (!found) throw new NotCuttable("no-table", `there is no table ${name}`);
  const { relkind, partitionOf, rowSecurity } = found.attributes;
  if (relkind === "f") throw new NotCuttable("no-table", `${name} is a foreign table, which another server keeps`);
  if (relkind === "p" || partitionOf)
    throw new NotCuttable("partitioned", relkind === "p" ? `${name} is partitioned` : `${name} is a partition`);
  if (rowSecurity)
    throw new NotCuttable("row-security", `${name} has row-level security, which may hide rows from a batch`);
  if (childrenOf(before, table).length > 0)
    throw new NotCuttable("inherited", `other tables inherit from ${name}, and its key tells nothing of their rows`);
}

/** A trigger of a row that leaves its table alone sees the same rows whatever statement brings them. */
function refuseTrigger(before: CatalogIndex, table: TableRef, name: string, definition: string, event: string): void {
  const header = /\b(BEFORE|AFTER|INSTEAD OF)\b ([\s\S]*?) ON /.exec(definition);
  if (header && !header[2]?.includes(event)) return;
  if (/FOR EACH STATEMENT/.test(definition))
    throw new NotCuttable(
      "trigger",
      `the trigger ${name} of ${nameOf(table)} fires once a statement, and there would be many`,
    );
  const [, called = ""] = /EXECUTE (?:FUNCTION|PROCEDURE) ([\s\S]+?)\(/.exec(definition) ?? [];
  const bare = called.split(".").at(-1)?.replaceAll('"', "") ?? "";
  const bodies = before.catalog.objects.filter(({ kind, id }) => kind === "function" && id.name === bare);
  const reaches = bodies.some(
    (each) => mentions(each.definition ?? "", table) || /\bexecute\b/i.test(bodyOf(each.definition ?? "")),
  );
  if (reaches || (bodies.length === 0 && header?.[1] !== "BEFORE"))
    throw new NotCuttable(
      "trigger",
      `the trigger ${name} fires on ${nameOf(table)} and may read or write other rows of it`,
    );
}

function bodyOf(definition: string): string {
  return definition.slice(definition.search(/\bAS\b/));
}

function mentions(text: string, { name }: TableRef): boolean {
  return new RegExp(`(^|[^\\w$])"?${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}"?($|[^\\w$])`, "i").test(bodyOf(text));
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

/** Refuses what makes a row depend on others of the table that is written. Throws `NotCuttable`. */
export function refuseOwnRows(before: CatalogIndex, shape: Shape, written: TableRef): void {
  const parts: readonly Node[] = [...shape.reads, ...(shape.where ? [shape.where] : [])];
  for (const read of tablesRead(parts)) {
    const table = resolveTable(read, before);
    if (sameTable(table, written))
      throw new NotCuttable("own-rows", `it reads other rows of ${nameOf(written)}, which batches change meanwhile`);
    const views = before.catalog.objects.filter(
      ({ kind, id }) =>
        (kind === "view" || kind === "materialized view") &&
        sameTable({ schema: id.schema ?? "", name: id.name }, table),
    );
    if (views.some(({ definition }) => mentions(` AS ${definition ?? ""}`, written)))
      throw new NotCuttable("own-rows", `it reads the view ${nameOf(table)}, which reads ${nameOf(written)}`);
  }
  for (const called of functionsCalled(parts)) {
    const name = called.split(".").at(-1) ?? called;
    if (called === name && builtInVolatility(name) !== null) continue;
    const [own] = before.catalog.objects.filter(
      ({ kind, id, definition }) => kind === "function" && id.name === name && !/\bIMMUTABLE\b/.test(definition ?? ""),
    );
    if (own)
      throw new NotCuttable(
        "function",
        `the function ${own.id.schema}.${name} is not declared IMMUTABLE, so it may read rows that batches change`,
      );
  }
}
