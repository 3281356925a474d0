import type { CatalogObject } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import { type ColumnChange, columnsAgain, fallenWith } from "./columns-again.js";
import type { DropObject } from "./drop-object.js";
import type { DropTable } from "./drop-table.js";
import { objectsAgain } from "./objects-again.js";
import type { Inverse } from "./operation.js";
import { guarded, inverseOf } from "./operation-types.js";
import type { Operation } from "./operations.js";
import { tablesAgain } from "./tables-again.js";

/** Operations of one statement that are undone all at once. */
type Group = readonly Operation[];

/** What a statement takes from one table and converts there, the tables that it drops, and the other objects that it drops. */
export function together(operations: readonly Operation[]): readonly Group[] {
  const groups: Operation[][] = [];
  for (const operation of operations) {
    const open = groups.at(-1);
    const last = open?.at(-1);
    const family = familyOf(operation);
    if (open && last && family !== null && familyOf(last) === family && sameStatement(last, operation))
      open.push(operation);
    else groups.push([operation]);
  }
  return groups;
}

/** `statement`: all operations of the statement, of which the group is a part; `next`: the schema after it, when it was seen. */
export function inverseTogether(
  group: Group,
  statement: readonly Operation[],
  before: CatalogIndex,
  next: CatalogIndex | null,
): Inverse {
  const taking: Operation[] = [];
  for (const operation of group) {
    const guard = guarded(operation, before);
    if (guard?.class === "impossible") return guard;
    if (guard === null) taking.push(operation);
  }
  const [first] = taking;
  if (!first) return { class: "exact", statements: [] };
  const family = familyOf(first);
  if (family === "columns" && taking.length > 1) return columnsAgain(taking.filter(isColumnChange), before);
  if (family === "tables") return tablesAgain(taking.filter(isDropTable), before);
  if (family === "objects") {
    const alone = group.length === statement.length;
    return objectsAgain(taking.filter(isDropObject), before, alone && next ? takenAlong(taking, before, next) : []);
  }
  const named = first.kind === "add-constraint" || first.kind === "add-column";
  return inverseOf(first, named ? withoutFallen(first, statement, before) : before);
}

function familyOf(operation: Operation): "columns" | "tables" | "objects" | null {
  if (isColumnChange(operation)) return "columns";
  if (isDropTable(operation)) return "tables";
  return isDropObject(operation) ? "objects" : null;
}

/** What may fall with an object by CASCADE and holds nothing itself. */
const HOLDS_NOTHING = ["view", "materialized view", "function", "trigger", "rule", "policy"];

/** What CASCADE took along. A view brings what stands on it, and what stood on a table that went is not this one's. */
function takenAlong(group: Group, before: CatalogIndex, next: CatalogIndex): readonly CatalogObject[] {
  if (!group.some((operation) => isDropObject(operation) && operation.cascade)) return [];
  return before.catalog.objects.filter((object) => {
    if (!HOLDS_NOTHING.includes(object.kind) || next.get(object.kind, object.id)) return false;
    const { schema = "", table } = object.id;
    return table === undefined || next.table({ schema, name: table }) !== undefined;
  });
}

/** The schema in which the server chooses names: what the statement itself takes away is gone by then. */
function withoutFallen(operation: Operation, statement: readonly Operation[], before: CatalogIndex): CatalogIndex {
  const changes = statement.filter(isColumnChange).filter((each) => sameStatement(each, operation));
  const fallen = new Set<CatalogObject>(fallenWith(changes, before));
  if (fallen.size === 0) return before;
  return new CatalogIndex({ ...before.catalog, objects: before.catalog.objects.filter((each) => !fallen.has(each)) });
}

function isColumnChange(operation: Operation): operation is ColumnChange {
  return ["drop-constraint", "drop-column", "alter-column-type"].includes(operation.kind);
}

function isDropTable(operation: Operation): operation is DropTable {
  return operation.kind === "drop-table";
}

function isDropObject(operation: Operation): operation is DropObject {
  return operation.kind === "drop-object";
}

/** The statements of a DO block have the block's number in common, but not their text. */
function sameStatement(a: Operation, b: Operation): boolean {
  const at = ({ source }: Operation["statement"]) => `${source.file}:${source.line}:${source.column}`;
  return a.statement.sql === b.statement.sql && at(a.statement) === at(b.statement);
}
