import type { Json } from "../../json.js";
import { chosenName } from "../../postgres/chosen-names.js";
import { identifier, qualified } from "../../sql/quote.js";
import type { CatalogObject } from "../catalog.js";
import type { Difference, RawDifference } from "../compare.js";
import type { CatalogIndex } from "../lookup.js";
import { otherNotNullName } from "../version-own.js";
import { alter } from "./alter.js";
import { create, setState } from "./create.js";
import { setDefaultPrivileges } from "./default-privileges.js";
import { drop } from "./drop.js";
import { withHomeOwner } from "./home-owner.js";

/** SQL that makes the actual what is declared, statements ended by `;`; null when only a person can decide. */
export function repairOf(difference: RawDifference, actual: CatalogIndex, declared: CatalogIndex): string | null {
  const is = actual.get(difference.kind, difference.id);
  const should = declared.get(difference.kind, difference.id);
  const statements = statementsOf(difference, is, should, actual, declared);
  return statements === null ? null : statements.map((each) => `${withHomeOwner(each, declared)};`).join("\n");
}

type Found = ReturnType<CatalogIndex["get"]>;

function statementsOf(
  difference: RawDifference,
  is: Found,
  should: Found,
  actual: CatalogIndex,
  declared: CatalogIndex,
): string[] | null {
  const named = notNullName(difference, is ?? should, actual, declared);
  if (named !== null) return named;
  if (difference.kind === "default privileges") return setDefaultPrivileges(is ?? null, should ?? null);
  if (difference.change === "missing") return should ? create(should, declared) : null;
  if (difference.change === "unexpected") return is ? take(is, actual) : null;
  return is && should ? alter(should, is, difference.attribute ?? "", declared) : null;
}

/**
 * Since 18 a NOT NULL has a name. To drop the name would drop the rule, so it is renamed: the server's own choice of a name
 * counts as none. A column that is nullable on one side says so itself.
 */
function notNullName(
  difference: RawDifference,
  object: Found,
  actual: CatalogIndex,
  declared: CatalogIndex,
): string[] | null {
  if (object?.kind !== "constraint" || object.attributes.type !== "n" || difference.change === "changed") return null;
  const { schema = "", table = "", name } = object.id;
  const [column = ""] = object.attributes.columns;
  const ownName = otherNotNullName(difference, actual, declared) ?? chosenName("not null", table, [column]);
  const rename = (from: string, to: string) => [
    `ALTER TABLE ${qualified(schema, table)} RENAME CONSTRAINT ${identifier(from)} TO ${identifier(to)}`,
  ];
  if (difference.change === "missing") return rename(ownName, name);
  return declared.column({ schema, name: table }, column)?.attributes.notNull ? rename(name, ownName) : [];
}

/** What others may be made of: it can only go before or after them, which a person has to see. */
const USED: readonly string[] = ["table", "view", "materialized view", "function", "type", "domain", "collation"];

function take(object: CatalogObject, actual: CatalogIndex): string[] | null {
  if (object.kind === "trigger" && typeof object.attributes.parentEnabled === "string")
    return setState(
      { ...object, attributes: { ...object.attributes, enabled: object.attributes.parentEnabled } },
      true,
    );
  return USED.includes(object.kind) && isUsed(object, actual) ? null : drop(object);
}

/** Whether another object speaks of it, beside what stands on it. */
function isUsed({ kind, id }: CatalogObject, actual: CatalogIndex): boolean {
  const names = [`${id.schema}.${id.name}`, qualified(id.schema, id.name)];
  const plain = names.map(
    (name) => new RegExp(`(?<![\\w$".])${name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}(?![\\w$])`),
  );
  return actual.catalog.objects.some((other) => {
    if (
      other.id.schema === id.schema &&
      (other.id.table === id.name || (other.kind === kind && other.id.name === id.name))
    )
      return false;
    // A sequence goes with the column that owns it.
    if (other.kind === "sequence") return false;
    const text = `${other.definition ?? ""} ${Object.values(other.attributes).join(" ")} ${JSON.stringify(other.attributes)}`;
    return plain.some((name) => name.test(text));
  });
}

/** What is made first, so that what needs it can follow; dropping goes the other way. */
const ORDER: readonly string[] = [
  "schema",
  "extension",
  "language",
  "type",
  "domain",
  "sequence",
  "table",
  "column",
  "function",
  "view",
  "materialized view",
  "constraint",
  "index",
  "rule",
  "trigger",
  "policy",
];

/** The repairs of a comparison in an order in which they can run, each once. What has no repair is left to a person. */
export function orderedRepairs(differences: readonly Difference[]): string[] {
  const rank = (difference: Difference) => {
    const { kind, change } = difference;
    const after = later(difference);
    const place = ORDER.indexOf(kind) === -1 ? ORDER.length : ORDER.indexOf(kind);
    return change === "unexpected" ? -1 - place - after : place + after;
  };
  const repairs = differences
    .filter((difference) => !comesWithItsView(difference, differences))
    .sort((a, b) => rank(a) - rank(b))
    .flatMap((difference) => (difference.repair === null || difference.repair === "" ? [] : [difference.repair]));
  return [...new Set(repairs)];
}

/** Between 0 and 1: where it stands among those of its kind. */
function later({ kind, attribute, declared, actual }: Difference): number {
  const content = declared ?? actual;
  const has = (name: string) =>
    typeof content === "object" && content !== null && name in content ? (content as Record<string, Json>)[name] : null;
  // A foreign key needs the key that it points at, and the index of a partition that of its parent.
  if (kind === "constraint") return has("type") === "f" ? 0.5 : 0;
  if (kind === "index") return typeof has("attachedTo") === "string" ? 0.5 : 0;
  // An identity needs NOT NULL.
  if (kind === "column" && attribute === "notNull") return declared === true ? 0 : 0.5;
  return kind === "column" && attribute === "identity" ? 0.3 : 0;
}

/** A view that is recreated brings what stands on it. */
function comesWithItsView({ change, id }: Difference, differences: readonly Difference[]): boolean {
  if (change !== "missing" || id.table === undefined) return false;
  return differences.some(
    (each) =>
      (each.kind === "view" || each.kind === "materialized view") &&
      each.id.schema === id.schema &&
      each.id.name === id.table &&
      each.repair?.startsWith("DROP ") === true,
  );
}
