import type { Severity } from "../finding.js";
import { canonicalJson, type Json } from "../json.js";
import type { Catalog, CatalogObject, ColumnObject, ObjectId, ObjectKind } from "./catalog.js";
import { comparedDefinition } from "./compared-definition.js";
import { type Against, describeDifference, describeName } from "./describe.js";
import { goesWithParent } from "./inheritance.js";
import { CatalogIndex, objectKey } from "./lookup.js";
import { humanName, ownerColumn } from "./names.js";
import { orderedRepairs, repairOf } from "./repair/repair.js";
import { settled } from "./repair/settle.js";
import { severityOf } from "./severity.js";
import { isImpliedNotNull, isVersionDifference, otherNotNullName } from "./version-differences.js";
import { withoutTable } from "./without-table.js";

/** One way in which a catalog is not as it should be. */
export interface Difference {
  /** `missing`: declared, not there. `unexpected`: there, not declared. `changed`: there, but one attribute differs. */
  readonly change: "missing" | "unexpected" | "changed";
  readonly kind: ObjectKind;
  readonly id: ObjectId;
  /** As a person would write it: `app.users.quota_limit`. */
  readonly subject: string;
  /** Only for `changed`. */
  readonly attribute?: string;
  /** The attribute's value, or the object's attributes; null when there is none. */
  readonly actual: Json;
  readonly declared: Json;
  readonly severity: Severity;
  readonly message: string;
  /** SQL that makes the actual object as declared; null when only a person can decide. */
  readonly repair: string | null;
  /** Whether the release touches the object; also false when no release was given. */
  readonly releaseDepends: boolean;
}

interface ColumnOrderDifference {
  readonly schema: string;
  readonly table: string;
  readonly actual: readonly string[];
  readonly declared: readonly string[];
}

export interface Comparison {
  /** True when there are no differences; column order and version-specific differences do not count. */
  readonly equal: boolean;
  readonly differences: readonly Difference[];
  /** The repairs of all differences that have one, in an order in which they can run. */
  readonly repairs: readonly string[];
  readonly columnOrder: readonly ColumnOrderDifference[];
  /** Differences caused by the servers' versions, such as the named NOT NULL constraints of 18. */
  readonly versionOwn: readonly Difference[];
}

export interface CompareOptions {
  /** Count the order of columns as a difference. */
  readonly columnOrder?: boolean;
  /** What the second catalog is, for messages; the declared one when absent. */
  readonly against?: Against;
  /** Whether the release touches an object. */
  readonly releaseDepends?: (kind: ObjectKind, id: ObjectId) => boolean;
  /** The framework's ledger, which is not compared. */
  readonly ledger?: string;
}

/** What must change in `actual` to make it `declared`. Sorted by object, so the same catalogs give the same list. */
export function compareCatalogs(actual: Catalog, declared: Catalog, options: CompareOptions = {}): Comparison {
  if (actual.canonical !== declared.canonical)
    throw new RangeError(`catalogs of canonical versions ${actual.canonical} and ${declared.canonical} do not compare`);
  const { ledger } = options;
  const before = new CatalogIndex(ledger === undefined ? actual : withoutTable(actual, ledger));
  const after = new CatalogIndex(ledger === undefined ? declared : withoutTable(declared, ledger));
  const raw = [...missing(before, after), ...unexpected(before, after), ...changed(before, after)];
  const all = raw
    .filter((each) => !isFolded(each, before, after))
    .sort((a, b) => compareText(rawKey(a), rawKey(b)))
    .map((each) => complete(each, before, after, options));
  const own = new Set(all.filter((each) => isVersionDifference(each, actual.serverVersion, declared.serverVersion)));
  const differences = settled(
    all.filter((each) => !own.has(each)),
    before,
    after,
  );
  const columnOrder = orderDifferences(before, after);
  let repairs: readonly string[] | null = null;
  return {
    equal: differences.length === 0 && !(options.columnOrder === true && columnOrder.length > 0),
    differences,
    // Most comparisons only ask whether there is a difference.
    get repairs() {
      repairs ??= differences.length === 0 ? [] : orderedRepairs(differences, before, after);
      return repairs;
    },
    columnOrder,
    versionOwn: [...own],
  };
}

export interface RawDifference {
  readonly change: Difference["change"];
  readonly kind: ObjectKind;
  readonly id: ObjectId;
  readonly attribute?: string;
  readonly actual: Json;
  readonly declared: Json;
}

function* missing(actual: CatalogIndex, declared: CatalogIndex): Generator<RawDifference> {
  for (const object of declared.catalog.objects)
    if (!actual.get(object.kind, object.id) && !isImpliedNotNull(object))
      yield { change: "missing", kind: object.kind, id: object.id, actual: null, declared: content(object) };
}

function* unexpected(actual: CatalogIndex, declared: CatalogIndex): Generator<RawDifference> {
  for (const object of actual.catalog.objects)
    if (!declared.get(object.kind, object.id) && !isImpliedNotNull(object))
      yield { change: "unexpected", kind: object.kind, id: object.id, actual: content(object), declared: null };
}

function* changed(actual: CatalogIndex, declared: CatalogIndex): Generator<RawDifference> {
  for (const object of declared.catalog.objects) {
    const other = actual.get(object.kind, object.id);
    if (other) yield* attributeDifferences(other, object);
  }
}

function* attributeDifferences(actual: CatalogObject, declared: CatalogObject): Generator<RawDifference> {
  const { kind, id } = declared;
  let found = false;
  const names = new Set([...Object.keys(actual.attributes), ...Object.keys(declared.attributes)]);
  for (const attribute of [...names].sort()) {
    const is = actual.attributes[attribute] ?? null;
    const should = declared.attributes[attribute] ?? null;
    if (canonicalJson(is) === canonicalJson(should)) continue;
    found = true;
    yield { change: "changed", kind, id, attribute, actual: is, declared: should };
  }
  // The definition repeats what the attributes say, unless it says more.
  if (!found && comparedDefinition(actual) !== comparedDefinition(declared))
    yield {
      change: "changed",
      kind,
      id,
      attribute: "definition",
      actual: actual.definition,
      declared: declared.definition,
    };
}

function content(object: CatalogObject): Json {
  return { definition: object.definition, ...object.attributes };
}

/** What goes with its parent is reported with its parent: the columns of a missing table, the index of a missing constraint. */
function isFolded(difference: RawDifference, actual: CatalogIndex, declared: CatalogIndex): boolean {
  if (difference.change === "unexpected" && isSaidByDeclared(difference, actual, declared)) return true;
  if (difference.change === "changed") return followsParent(difference, actual, declared);
  const [with_, without] = difference.change === "missing" ? [declared, actual] : [actual, declared];
  const { kind, id } = difference;
  const gone = (parent: ObjectKind, parentId: ObjectId) =>
    with_.get(parent, parentId) !== undefined && without.get(parent, parentId) === undefined;
  if (id.table !== undefined) {
    const relation = { ...(id.schema === undefined ? {} : { schema: id.schema }), name: id.table };
    if (["table", "view", "materialized view"].some((each) => gone(each as ObjectKind, relation))) return true;
  }
  if (kind === "column" && isOfChangedView(id, actual, declared)) return true;
  if (goesWithParent(with_.get(kind, id), with_, without)) return true;
  if (kind === "sequence") return goesWithColumn(with_.get("sequence", id), without);
  if (kind !== "index") return false;
  const owner = with_.get("index", id)?.attributes.constraint ?? null;
  return owner !== null && gone("constraint", { ...id, name: owner });
}

/** A NOT NULL whose name differs from the declared one is reported once, with the declared name; a name that the server chose counts as none. */
function isSaidByDeclared({ kind, id, ...raw }: RawDifference, actual: CatalogIndex, declared: CatalogIndex): boolean {
  const name = otherNotNullName({ kind, id, ...raw }, actual, declared);
  const other = name === null ? undefined : declared.get("constraint", { ...id, name });
  return other !== undefined && !isImpliedNotNull(other);
}

/** The columns of a view follow from its query. */
function isOfChangedView({ schema, table }: ObjectId, actual: CatalogIndex, declared: CatalogIndex): boolean {
  const id = { ...(schema === undefined ? {} : { schema }), name: table ?? "" };
  const kinds: readonly ObjectKind[] = ["view", "materialized view"];
  const query = (catalog: CatalogIndex) => kinds.map((kind) => catalog.get(kind, id)?.attributes.query).join("");
  const [is, should] = [query(actual), query(declared)];
  return is !== "" && should !== "" && is !== should;
}

/** A partition that was attached or detached is reported itself; its parts follow. */
function followsParent(difference: RawDifference, actual: CatalogIndex, declared: CatalogIndex): boolean {
  const { attribute = "", id } = difference;
  if (!["inherited", "local", "ofParent", "attachedTo"].includes(attribute) || id.table === undefined) return false;
  const ref = { schema: id.schema ?? "", name: id.table };
  const [is, should] = [actual.table(ref)?.attributes, declared.table(ref)?.attributes];
  const attached = canonicalJson(is?.partitionOf ?? null) !== canonicalJson(should?.partitionOf ?? null);
  return (
    attached ||
    (attribute === "inherited" && canonicalJson(is?.inherits ?? []) !== canonicalJson(should?.inherits ?? []))
  );
}

/** A column takes the sequence that it owns with it, and an identity column creates its own. */
function goesWithColumn(sequence: CatalogObject | undefined, without: CatalogIndex): boolean {
  const owner = sequence === undefined ? null : ownerColumn(sequence);
  if (owner === null) return false;
  const column = without.get("column", owner);
  return column === undefined || (sequence?.attributes.identity === true && column.attributes.identity === "");
}

function complete(
  raw: RawDifference,
  actual: CatalogIndex,
  declared: CatalogIndex,
  options: CompareOptions,
): Difference {
  const otherName = otherNotNullName(raw, actual, declared);
  const releaseDepends = otherName === null && (options.releaseDepends?.(raw.kind, raw.id) ?? false);
  const subject = humanName(raw.id);
  const sides = [actual.get(raw.kind, raw.id), declared.get(raw.kind, raw.id)];
  const severity = otherName === null ? severityOf(raw, sides) : "note";
  return {
    ...raw,
    subject,
    severity: releaseDepends ? "error" : severity,
    message:
      otherName === null
        ? describeDifference(raw, subject, options.against)
        : describeName(raw, subject, otherName, options.against),
    repair: repairOf(raw, actual, declared),
    releaseDepends,
  };
}

function rawKey(raw: RawDifference): string {
  return `${objectKey(raw.kind, raw.id)}${raw.attribute ?? ""}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Tables that exist on both sides and whose common columns are in a different order. */
function orderDifferences(actual: CatalogIndex, declared: CatalogIndex): ColumnOrderDifference[] {
  return declared.catalog.objects.flatMap((object) => {
    if (object.kind !== "table" || object.id.schema === undefined) return [];
    const ref = { schema: object.id.schema, name: object.id.name };
    const is = actual.columns(ref);
    const should = declared.columns(ref);
    const common = (columns: readonly ColumnObject[], others: readonly ColumnObject[]) => {
      const names = new Set(others.map((column) => column.id.name));
      return columns.map((column) => column.id.name).filter((name) => names.has(name));
    };
    if (common(is, should).join("\0") === common(should, is).join("\0")) return [];
    const order = (columns: readonly ColumnObject[]) => columns.map((column) => column.id.name);
    return [{ schema: ref.schema, table: ref.name, actual: order(is), declared: order(should) }];
  });
}
