import type { CatalogObject, ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { create } from "../catalog/repair/create.js";
import { drop } from "../catalog/repair/drop.js";
import { withHomeOwner } from "../catalog/repair/home-owner.js";
import { inOrderOfCreation, sameTable } from "../catalog/tables.js";
import { identifier, qualified } from "../sql/quote.js";
import { inOrderOfNeed, neededBy } from "./in-order-of-need.js";
import type { Inverse } from "./inverse.js";
import { alterTable, impossible } from "./inverses.js";
import { type Concerned, concernedBy } from "./types-users.js";

/**
 * Creates an enum again as it was, with every type built from it: a value cannot be removed from an enum. Columns are converted through text, each
 * value into itself; what names one of the types, or such a column, is dropped before and created again afterwards, as in the schema before.
 */
export function remadeTypes(type: CatalogObject, before: CatalogIndex): Inverse {
  const concerned = concernedBy(type, before);
  const { types, taken, generated } = concerned;
  const range = types.find(({ attributes }) => attributes.form === "range");
  if (range)
    return impossible(
      `${range.id.name} is a range of it, whose functions would stand in the way of another range of that name`,
    );
  const unknown = [...types, ...taken, ...generated].find((object) => create(object, before) === null);
  if (unknown) return impossible(`how the ${unknown.kind} ${unknown.id.name} was made is not known`);
  const statements = [...away(concerned, before), ...again(concerned, before)];
  return { class: "exact", statements: statements.map((each) => withHomeOwner(each, before)) };
}

/** Users first, the old types under other names last. */
function away({ types, taken, generated, retyped, defaults }: Concerned, before: CatalogIndex): readonly string[] {
  const parts = [...generated, ...taken.filter(({ id }) => id.table !== undefined)];
  const late = new Set(neededBy([...parts, ...types], taken));
  const reversed = (objects: readonly CatalogObject[]) => [...inOrderOfNeed(objects)].reverse();
  const keys = taken.filter(isForeignKey);
  const go = (objects: readonly CatalogObject[]) => objects.flatMap((object) => drop(object, true) ?? []);
  return [
    ...go(keys),
    ...go(reversed(taken.filter((each) => !keys.includes(each) && !late.has(each)))),
    ...go(generated),
    ...inOrder([...retyped, ...defaults], before).flatMap((column) =>
      column.attributes.default === null ? [] : alterColumn(column, "DROP DEFAULT"),
    ),
    ...types.flatMap(bareDomain),
    ...go(reversed([...late])),
    ...types.map((type, at) => `ALTER TYPE ${nameOf(type)} RENAME TO ${identifier(aside(at))}`),
  ];
}

function again(concerned: Concerned, before: CatalogIndex): readonly string[] {
  const { types, taken, generated, retyped, defaults } = concerned;
  const parts = [...generated, ...taken.filter(({ id }) => id.table !== undefined)];
  const first = inOrderOfNeed([...new Set([...types, ...neededBy([...parts, ...types], taken)])]);
  const rest = inOrderOfNeed(taken.filter((each) => !first.includes(each) && !isForeignKey(each)));
  const make = (objects: readonly CatalogObject[]) => objects.flatMap((object) => create(object, before) ?? []);
  const old = types.map((type, at) => `DROP TYPE ${qualified(type.id.schema, aside(at))}`).reverse();
  return [
    ...make(first),
    ...converted(retyped, before),
    ...inOrder([...retyped, ...defaults], before).flatMap(defaultAgain),
    ...make(generated),
    ...old,
    ...make(rest.filter(({ kind }) => kind === "constraint")),
    ...make(rest.filter(({ kind }) => kind !== "constraint")),
    ...make(taken.filter(isForeignKey)),
  ];
}

/** All columns of a table at once, so that a check or an index over several of them sees the same types. */
function converted(retyped: readonly ColumnObject[], before: CatalogIndex): readonly string[] {
  const own = retyped.filter(({ attributes }) => attributes.local !== false);
  const tables = own.map(tableOf).filter((table, at, all) => all.findIndex((each) => sameTable(each, table)) === at);
  return inOrderOfCreation(before, tables).map((table) => {
    const actions = own
      .filter((column) => sameTable(tableOf(column), table))
      .map(({ id, attributes: { type } }) => {
        const name = identifier(id.name);
        return `ALTER COLUMN ${name} TYPE ${type} USING ${name}::text::${type}`;
      });
    return alterTable(table, actions.join(", "));
  });
}

/** A partition has its parent's default until it gets its own. */
function defaultAgain(column: ColumnObject): readonly string[] {
  const { default: was, inherited } = column.attributes;
  if (was !== null) return alterColumn(column, `SET DEFAULT ${was}`);
  return inherited === true ? alterColumn(column, "DROP DEFAULT") : [];
}

/** A domain's constraints may name the function, or the type, that is dropped. */
function bareDomain(object: CatalogObject): readonly string[] {
  if (object.kind !== "domain") return [];
  const { constraints, default: was } = object.attributes;
  const checks = Array.isArray(constraints) ? (constraints as unknown as readonly { readonly name: string }[]) : [];
  const alter = (action: string) => `ALTER DOMAIN ${nameOf(object)} ${action}`;
  return [
    ...(was === null ? [] : [alter("DROP DEFAULT")]),
    ...checks.map(({ name }) => alter(`DROP CONSTRAINT ${identifier(name)}`)),
  ];
}

function inOrder(columns: readonly ColumnObject[], before: CatalogIndex): readonly ColumnObject[] {
  const tables = inOrderOfCreation(before, columns.map(tableOf));
  const at = (column: ColumnObject) => tables.findIndex((table) => sameTable(table, tableOf(column)));
  return [...columns].sort((a, b) => at(a) - at(b));
}

function alterColumn(column: ColumnObject, action: string): readonly string[] {
  return [alterTable(tableOf(column), `ALTER COLUMN ${identifier(column.id.name)} ${action}`)];
}

/** The name of an old type until it is dropped. */
function aside(at: number): string {
  return `$was${at}`;
}

function isForeignKey(object: CatalogObject): boolean {
  return object.kind === "constraint" && object.attributes.type === "f";
}

function nameOf({ id }: CatalogObject): string {
  return qualified(id.schema, id.name);
}

function tableOf({ id }: CatalogObject): TableRef {
  return { schema: id.schema ?? "", name: id.table ?? "" };
}
