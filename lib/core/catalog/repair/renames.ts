import { canonicalJson, type Json } from "../../json.js";
import { identifier, qualified } from "../../sql/quote.js";
import type { CatalogObject } from "../catalog.js";
import type { Difference, RawDifference } from "../compare.js";
import type { CatalogIndex } from "../lookup.js";
import { tableName } from "./target.js";

/**
 * Renames a constraint or index that exists under another name: creating it again would read the whole table, and what needs it would be in the way.
 * The old name's own difference is then repaired along with it.
 */
export function withRenames<D extends Pick<Difference, "repair"> & RawDifference>(
  differences: readonly D[],
  actual: CatalogIndex,
  declared: CatalogIndex,
): readonly D[] {
  const repaired = new Map<D, string>();
  for (const missing of differences) {
    if (missing.change !== "missing" || (missing.kind !== "constraint" && missing.kind !== "index")) continue;
    const should = declared.get(missing.kind, missing.id);
    if (!should || should.attributes.type === "n" || isTaken(should, actual)) continue;
    const old = differences.find(
      (each) =>
        each.change === "unexpected" &&
        each.kind === missing.kind &&
        !repaired.has(each) &&
        isSame(should, actual.get(each.kind, each.id)),
    );
    if (old === undefined) continue;
    repaired.set(missing, `${rename(should, old.id.name)};`);
    repaired.set(old, "");
  }
  return differences.map((each) => ({ ...each, repair: repaired.get(each) ?? each.repair }));
}

/** The same except for the name; what depends on a parent's name belongs to the parent. */
function isSame(should: CatalogObject, is: CatalogObject | undefined): boolean {
  if (is === undefined || is.id.schema !== should.id.schema || is.id.table !== should.id.table) return false;
  if (should.attributes.ofParent === true || should.attributes.local === false) return false;
  const content = ({ attributes, definition, id }: CatalogObject): Json => ({
    ...attributes,
    definition: (definition ?? "").replace(` INDEX ${name(id.name)} ON `, " INDEX ON "),
  });
  return canonicalJson(content(should)) === canonicalJson(content(is));
}

/** As the server prints it, which quotes where it must. */
function name(text: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(text) ? text : identifier(text);
}

/** A constraint's name is unique among its table's constraints, an index's among its schema's relations; a key needs both. */
function isTaken({ kind, id, attributes }: CatalogObject, actual: CatalogIndex): boolean {
  const isRelation = kind === "index" || "pux".includes(String(attributes.type));
  return actual.catalog.objects.some(
    (other) =>
      other.id.name === id.name &&
      other.id.schema === id.schema &&
      ((kind === "constraint" && other.kind === "constraint" && other.id.table === id.table) ||
        (isRelation && RELATIONS.has(other.kind))),
  );
}

const RELATIONS: ReadonlySet<string> = new Set(["index", "table", "view", "materialized view", "sequence"]);

function rename(should: CatalogObject, from: string): string {
  const to = identifier(should.id.name);
  if (should.kind === "index") return `ALTER INDEX ${qualified(should.id.schema, from)} RENAME TO ${to}`;
  return `ALTER TABLE ${tableName(should)} RENAME CONSTRAINT ${identifier(from)} TO ${to}`;
}
