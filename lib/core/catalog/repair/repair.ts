import { chosenName } from "../../postgres/chosen-names.js";
import { identifier, qualified } from "../../sql/quote.js";
import type { CatalogObject } from "../catalog.js";
import type { Difference, RawDifference } from "../compare.js";
import type { CatalogIndex } from "../lookup.js";
import { otherNotNullName } from "../version-differences.js";
import { alter } from "./alter.js";
import { create, setState } from "./create.js";
import { setDefaultPrivileges } from "./default-privileges.js";
import { drop } from "./drop.js";
import { withHomeOwner } from "./home-owner.js";
import { RepairPlan } from "./plan.js";

/** SQL that makes the actual object as declared, statements ended by `;`; null when only a person can decide. */
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
  if (difference.change === "unexpected") return is ? take(is) : null;
  return is && should ? alter(should, is, difference.attribute ?? "", declared) : null;
}

/**
 * Since 18 a NOT NULL has a name. Dropping the name would drop the rule, so it is renamed: a name that the server chose counts as none. A column that
 * is nullable on one side has a difference of its own.
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

function take(object: CatalogObject): string[] | null {
  if (object.kind === "trigger" && typeof object.attributes.parentEnabled === "string")
    return setState(
      { ...object, attributes: { ...object.attributes, enabled: object.attributes.parentEnabled } },
      true,
    );
  return drop(object);
}

/** The repairs of a comparison, each once, in an order in which they can run. What has no repair is left to a person. */
export function orderedRepairs(
  differences: readonly Difference[],
  actual: CatalogIndex,
  declared: CatalogIndex,
): readonly string[] {
  const own = differences.filter((difference) => !comesWithItsView(difference, differences));
  return new RepairPlan(actual, declared, own).statements();
}

/** A recreated view brings what is attached to it. */
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
