import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { qualified } from "../../sql/quote.js";
import { exact } from "../../undo/inverses.js";
import { indexName } from "../default-names.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { lockTree, resolveTable } from "../resolve.js";
import type { IndexKey } from "../shapes.js";

export interface CreateIndex extends OperationData {
  readonly kind: "create-index";
  readonly table: QualifiedName;
  /** Null when the server will choose the name. */
  readonly name: string | null;
  readonly unique: boolean;
  readonly method: string;
  readonly keys: readonly IndexKey[];
  readonly include: readonly IndexKey[];
  /** SQL text of WHERE. */
  readonly predicate: string | null;
  readonly nullsNotDistinct: boolean;
  readonly concurrently: boolean;
  readonly ifNotExists: boolean;
  /** `ON ONLY`: not on the partitions. */
  readonly only: boolean;
}

export const createIndex: OperationType<CreateIndex> = {
  kind: "create-index",
  changes: ["tables", "names"],
  evaluates: true,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    const mode = operation.concurrently ? LOCKS["create index concurrently"] : LOCKS["create index"];
    const locks = lockTree(before, table, mode);
    const scans = operation.only ? [] : locks.map((each) => each.table);
    return effects(operation.only ? locks.slice(0, 1) : locks, { scans });
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const name = operation.name ?? indexName(operation, table, before);
    if (operation.ifNotExists && before.indexesNamed(name).some(({ id }) => id.schema === table.schema)) return exact();
    return exact(`DROP INDEX ${qualified(table.schema, name)}`);
  },
  requirements(operation) {
    if (operation.name === null) return [];
    const keys = operation.keys.every((key) => key.column !== null)
      ? operation.keys.map((key) => key.column ?? "")
      : null;
    const on = [{ table: operation.table, keys }];
    const { name, unique, statement } = operation;
    return [{ kind: "index", name, on, unique, present: true, when: "after", source: statement.source }];
  },
};
