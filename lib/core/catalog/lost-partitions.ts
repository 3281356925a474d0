import type { Catalog, TableObject } from "./catalog.js";
import { CatalogIndex, type TableRef } from "./lookup.js";
import { childrenOf, names } from "./tables.js";

/** A partition that its parent no longer has, where the parent has no partition for all other rows either. */
export interface LostPartition {
  readonly parent: TableRef;
  readonly partition: TableRef;
  readonly kind: "hash" | "list" | "range" | "default";
  /** Bounds that the server accepts if no partition is left for these rows: the whole, or parts of it. None for a default partition. */
  readonly candidates: readonly string[];
}

/** If a partition with the same bound replaces it, nothing is lost. */
export function lostPartitions(before: Catalog, after: Catalog): readonly LostPartition[] {
  const index = new CatalogIndex(after);
  const parents = after.objects.flatMap((object): TableRef[] =>
    object.kind === "table" && object.attributes.relkind === "p"
      ? [{ schema: object.id.schema ?? "", name: object.id.name }]
      : [],
  );
  return before.objects.flatMap((object): readonly LostPartition[] => {
    const was = object.kind === "table" ? object.attributes.partitionOf : null;
    if (object.kind !== "table" || was === null) return [];
    const now = index.table({ schema: object.id.schema ?? "", name: object.id.name })?.attributes.partitionOf;
    if (now?.parent === was.parent && now.bound === was.bound) return [];
    const parent = parents.find((each) => names(was.parent, each));
    return parent ? lost(object, was.bound, parent, index) : [];
  });
}

function lost({ id }: TableObject, bound: string, parent: TableRef, after: CatalogIndex): readonly LostPartition[] {
  const others = childrenOf(after, parent).flatMap((each) => after.table(each)?.attributes.partitionOf?.bound ?? []);
  if (others.includes(bound) || others.includes("DEFAULT")) return [];
  const partition = { schema: id.schema ?? "", name: id.name };
  return [{ parent, partition, ...partsOf(bound, others) }];
}

function partsOf(bound: string, others: readonly string[]): Pick<LostPartition, "kind" | "candidates"> {
  if (bound === "DEFAULT") return { kind: "default", candidates: [] };
  const list = /^FOR VALUES IN \((.*)\)$/s.exec(bound)?.[1];
  if (list !== undefined)
    return { kind: "list", candidates: valuesOf(list).map((value) => `FOR VALUES IN (${value})`) };
  const range = rangeOf(bound);
  if (!range) return { kind: "hash", candidates: [bound] };
  const ranges = others.flatMap((each) => rangeOf(each) ?? []);
  const ends = ranges.map(({ from }) => forRange(range.from, from));
  const begins = ranges.map(({ to }) => forRange(to, range.to));
  return { kind: "range", candidates: [bound, ...ends, ...begins] };
}

interface Range {
  readonly from: string;
  readonly to: string;
}

function rangeOf(bound: string): Range | null {
  const [, from, to] = /^FOR VALUES FROM \((.*)\) TO \((.*)\)$/s.exec(bound) ?? [];
  return from === undefined || to === undefined ? null : { from, to };
}

function forRange(from: string, to: string): string {
  return `FOR VALUES FROM (${from}) TO (${to})`;
}

/** As the server prints them, one after the other. */
function valuesOf(list: string): readonly string[] {
  return (list.match(/E?'(?:[^']|'')*'(?:::[^,]+)?|[^,]+/g) ?? []).map((value) => value.trim());
}

/** All that is below the end of a range, and all that is above it. */
export function aroundEnd(bound: string): { readonly below: string; readonly above: string } | null {
  const range = rangeOf(bound);
  if (!range) return null;
  const all = (word: string) =>
    valuesOf(range.to)
      .map(() => word)
      .join(", ");
  return { below: forRange(all("MINVALUE"), range.to), above: forRange(range.to, all("MAXVALUE")) };
}
