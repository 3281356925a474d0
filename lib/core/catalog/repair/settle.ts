import { qualified } from "../../sql/quote.js";
import type { CatalogObject } from "../catalog.js";
import type { CatalogIndex } from "../lookup.js";
import { ownerColumn } from "../names.js";
import { withPartitionedIndexes } from "./partitioned-index.js";
import { isMadeAgain, isTaking, piecesOf, type Repairable } from "./plan.js";
import { withRenames } from "./renames.js";
import { keyOf, Uses } from "./uses.js";

/** Repairs after considering what they mean for each other: "" for what another's repair brings along, null for what only a person can decide. */
export function settled<D extends Repairable>(
  differences: readonly D[],
  actual: CatalogIndex,
  declared: CatalogIndex,
): readonly D[] {
  const named = withRenames(differences, actual, declared);
  const renamed = new Set(named.filter(({ change, repair }) => change === "unexpected" && repair === "").map(keyOf));
  const counted = countersOf(named, actual, declared);
  const placed = named
    .map((each) => withIndexOfItsName(each, actual, declared, renamed))
    .map((each) => (counted(each) ? { ...each, repair: null } : each));
  return withoutHeld(withPartitionedIndexes(placed, actual, declared), new Uses(actual), actual, declared);
}

/** Between a serial and an identity the sequence would start over below rows that already have its numbers. */
function countersOf(differences: readonly Repairable[], actual: CatalogIndex, declared: CatalogIndex) {
  const isSerial = (column: CatalogObject | undefined) => /^nextval\(/.test(String(column?.attributes.default ?? ""));
  const columns = differences
    .filter(({ kind, attribute }) => kind === "column" && attribute === "identity")
    .filter(({ kind, id }) => isSerial(actual.get(kind, id)) || isSerial(declared.get(kind, id)))
    .map((each) => keyOf(each));
  return (difference: Repairable) => {
    const { kind, id, attribute } = difference;
    if (kind === "column")
      return columns.includes(keyOf(difference)) && ["identity", "default"].includes(attribute ?? "");
    if (kind !== "sequence") return false;
    const owners = [actual, declared].flatMap((catalog) => {
      const sequence = catalog.get("sequence", id);
      const owner = sequence && ownerColumn(sequence);
      return owner ? [keyOf({ kind: "column", id: owner })] : [];
    });
    return owners.some((owner) => columns.includes(owner));
  };
}

/** A constraint whose index exists as a plain one takes its place; a partition's index follows its parent's. */
function withIndexOfItsName<D extends Repairable>(
  difference: D,
  actual: CatalogIndex,
  declared: CatalogIndex,
  renamed: ReadonlySet<string>,
): D {
  const { kind, id, change, repair, attribute } = difference;
  const [is, should] = [actual.get("index", id), declared.get("index", id)];
  const takesPlace =
    is !== undefined &&
    should !== undefined &&
    is.attributes.constraint === null &&
    should.attributes.constraint !== null;
  if (kind === "constraint" && change === "missing" && takesPlace && repair)
    return { ...difference, repair: `DROP INDEX ${qualified(id.schema, id.name)};\n${repair}` };
  if (kind !== "index" || change !== "changed") return difference;
  if (takesPlace) return { ...difference, repair: "" };
  const parent = actual.catalog.objects.find((each) => each.kind === "index" && names(is?.attributes.attachedTo, each));
  const follows =
    parent !== undefined && (renamed.has(keyOf(parent)) || renamed.has(keyOf({ ...parent, kind: "constraint" })));
  return attribute === "attachedTo" && repair === null && follows ? { ...difference, repair: "" } : difference;
}

function names(text: unknown, { id }: CatalogObject): boolean {
  return text === `${id.schema}.${id.name}` || text === qualified(id.schema, id.name);
}

/** What others may be built from. */
const USED: ReadonlySet<string> = new Set([
  "table",
  "view",
  "materialized view",
  "function",
  "type",
  "domain",
  "collation",
  "sequence",
]);

/**
 * What is dropped, or dropped and created again, while something that uses it stays and cannot be created again, is for a person. Losing one repair
 * may block the next, so this repeats until nothing changes.
 */
function withoutHeld<D extends Repairable>(
  differences: readonly D[],
  uses: Uses,
  actual: CatalogIndex,
  declared: CatalogIndex,
): readonly D[] {
  let now = differences;
  for (;;) {
    const unexpected = new Map(
      now.filter(({ change }) => change === "unexpected").map((each) => [keyOf(each), each.repair]),
    );
    const changed = new Set(now.filter(({ change, repair }) => change === "changed" && repair !== null).map(keyOf));
    const usersToo = (object: CatalogObject) =>
      isReplaced(object, declared) ? uses.users(object, true).filter((user) => !isMadeAgain(user)) : uses.users(object);
    const isHeld = (difference: D) => {
      const object = actual.get(difference.kind, difference.id);
      if (!object || !difference.repair) return false;
      if (difference.change === "unexpected")
        return (
          USED.has(difference.kind) &&
          usersToo(object).some((user) => stays(user, unexpected, object.kind === "table" ? NONE : changed, declared))
        );
      const [first = ""] = piecesOf(difference.repair);
      return (
        isTaking(first) &&
        uses
          .users(object, true)
          .some((user) => !isMadeAgain(user) && unexpected.get(keyOf(user)) == null && isOther(user, object))
      );
    };
    const held = new Set(now.filter(isHeld));
    if (held.size === 0) return now;
    now = now.map((each) => (held.has(each) ? { ...each, repair: null } : each));
  }
}

/** A table that the repairs of others point away from may be the declared one under another name, with its rows. */
const NONE: ReadonlySet<string> = new Set();

const RELATIONS = ["table", "view", "materialized view"] as const;

/** Whether a relation of another kind takes its name. */
function isReplaced({ kind, id }: CatalogObject, declared: CatalogIndex): boolean {
  return RELATIONS.some((each) => each === kind) && RELATIONS.some((each) => declared.get(each, id) !== undefined);
}

/** Neither undeclared with a repair, nor altered, nor gone with the object that it is attached to. */
function stays(
  user: CatalogObject,
  unexpected: ReadonlyMap<string, string | null>,
  changed: ReadonlySet<string>,
  declared: CatalogIndex,
): boolean {
  const own = unexpected.get(keyOf(user));
  if (own !== undefined) return own === null;
  if (changed.has(keyOf(user))) return false;
  return declared.get(user.kind, user.id) !== undefined;
}

/** A key's index goes with it, and a partition's index with its parent's. */
function isOther(user: CatalogObject, object: CatalogObject): boolean {
  return user.kind !== "index" || (object.kind !== "constraint" && object.kind !== "index");
}
