import { canonicalJson } from "../json.js";
import { isChosenName } from "../postgres/chosen-names.js";
import type { CatalogObject } from "./catalog.js";
import type { RawDifference } from "./compare.js";
import type { CatalogIndex } from "./lookup.js";

/**
 * The constraint that PostgreSQL 18 keeps for a column declared NOT NULL, under the name that the server itself chose:
 * older servers have the same rule without a name, so it says nothing that the column does not.
 */
export function isImpliedNotNull(object: CatalogObject): boolean {
  if (object.kind !== "constraint" || object.attributes.type !== "n") return false;
  const { columns, validated, enforced, noInherit, local } = object.attributes;
  const [column] = columns;
  if (column === undefined || !validated || !enforced || noInherit === true) return false;
  // What a child has only from its parent has the name that the parent's was given.
  return local === false || isChosenName(object.id.name, "not null", object.id.table ?? "", [column]);
}

/**
 * The name that a NOT NULL has on the other side, where it means the same: after a rename of the table or the column, and after pg_upgrade, the
 * server keeps the name that it once chose, or chooses another. Null where the rule itself differs.
 */
export function otherNotNullName(
  difference: RawDifference,
  actual: CatalogIndex,
  declared: CatalogIndex,
): string | null {
  if (difference.kind !== "constraint" || difference.change === "changed") return null;
  const [here, there] = difference.change === "missing" ? [declared, actual] : [actual, declared];
  const own = here.get("constraint", difference.id);
  if (own?.attributes.type !== "n") return null;
  const [column] = own.attributes.columns;
  const other = there
    .constraints({ schema: own.id.schema ?? "", name: own.id.table ?? "" })
    .find(({ attributes }) => attributes.type === "n" && attributes.columns[0] === column);
  return other && canonicalJson(other.attributes) === canonicalJson(own.attributes) ? other.id.name : null;
}

/**
 * A difference caused only by the servers' versions: since 18 every NOT NULL has a constraint with a name, and since 17 a domain's has, both unknown
 * to older servers; since 15 the schema public has another owner and is closed to PUBLIC; and each major version brings its own extension versions
 * and its own privileges on its objects. Within one major version all of these are drift.
 */
export function isVersionDifference(
  difference: RawDifference,
  actualVersion: number,
  declaredVersion: number,
): boolean {
  if (difference.kind === "domain" && difference.attribute === "notNullName")
    return actualVersion >= 170_000 !== declaredVersion >= 170_000;
  if (isBrought(difference)) return Math.floor(actualVersion / 10_000) !== Math.floor(declaredVersion / 10_000);
  if (isOfPublic(difference)) return actualVersion >= 150_000 !== declaredVersion >= 150_000;
  if (difference.kind !== "constraint" || difference.change === "changed") return false;
  const [has, lacks] =
    difference.change === "missing" ? [declaredVersion, actualVersion] : [actualVersion, declaredVersion];
  const content = difference.declared ?? difference.actual;
  const type = typeof content === "object" && content !== null && "type" in content ? content.type : null;
  return type === "n" && has >= 180_000 && lacks < 180_000;
}

function isBrought({ kind, attribute }: RawDifference): boolean {
  return kind === "system object" || (kind === "extension" && attribute === "version");
}

function isOfPublic({ kind, id, attribute }: RawDifference): boolean {
  return kind === "schema" && id.name === "public" && (attribute === "owner" || attribute === "privileges");
}
