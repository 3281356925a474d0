import type { LockMode } from "../../postgres/lock-modes.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { exact, impossible } from "../../undo/inverses.js";
import { findObject } from "../../undo/recreate.js";
import { effects, lock, readLocks } from "../effects.js";
import { catalogKind, dropStatement, isGlobal } from "../object-name.js";
import type { OperationData, OperationType } from "../operation.js";
import { homeSchema, resolveTable } from "../resolve.js";
import type { OtherObjectKind } from "../shapes.js";

/** CREATE, or CREATE OR REPLACE, of an object that is not a table or an index: a view, function, trigger, type, … */
export interface CreateObject extends OperationData {
  readonly kind: "create-object";
  readonly objectKind: OtherObjectKind;
  readonly name: QualifiedName;
  /** The table of a trigger, rule, policy or statistics object. */
  readonly table: QualifiedName | null;
  /** Argument types of a function as written, comma separated. */
  readonly signature: string | null;
  readonly replace: boolean;
  readonly ifNotExists: boolean;
  /** Tables that a view's body reads, or that a trigger or policy is on. */
  readonly reads: readonly QualifiedName[];
}

export const createObject: OperationType<CreateObject> = {
  kind: "create-object",
  changes: ["tables", "names", "code"],
  evaluates: true,
  effects(operation, before) {
    const mode = TABLE_LOCKS[operation.objectKind];
    const own = mode ? operation.reads.map((table) => lock(resolveTable(table, before), mode)) : [];
    const reads = readLocks(operation.reads, before);
    const scans = operation.objectKind === "materialized view" ? reads.map((each) => each.table) : [];
    return effects([...own, ...reads], { scans });
  },
  inverse(operation, before) {
    const { objectKind, name, table, signature } = operation;
    const on = table && resolveTable(table, before);
    const schema = isGlobal(objectKind) ? null : (name.schema ?? homeSchema(before));
    const was = findObject(
      before,
      catalogKind(objectKind),
      on ? { schema: on.schema, name: name.name } : { ...name, schema },
      signature,
    );
    const drop = dropStatement({ objectKind, name, table: on, signature }, before);
    if (was && operation.ifNotExists) return exact();
    if (was && operation.replace) {
      if (was.definition === null)
        return impossible(`what the ${objectKind} was is read from the difference of the catalogs`);
      return objectKind === "function" || objectKind === "procedure"
        ? exact(was.definition)
        : exact(...drop, was.definition);
    }
    if (drop.length === 0) return impossible(`how a ${objectKind} goes is read from the difference of the catalogs`);
    return exact(...drop);
  },
  requirements() {
    return [];
  },
};

/** The lock that creating an object takes on the table it belongs to. */
const TABLE_LOCKS: Readonly<Record<string, LockMode>> = {
  trigger: LOCKS["create trigger"],
  rule: LOCKS["create rule"],
  policy: LOCKS["create policy"],
};
