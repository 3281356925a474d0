import type { QualifiedName } from "../contract/contract.js";
import { defaultPartition } from "./create-table.js";
import { effects, lock } from "./effects.js";
import { NOTHING, notThere } from "./inverses.js";
import { keepTable } from "./keep/keep-table.js";
import type { OperationData, OperationType } from "./operation.js";
import { sequencesAgain } from "./owned-sequences.js";
import { recreateTable, recreateTableParts } from "./recreate.js";
import { descendants, lockTree, names, resolveTable } from "./resolve.js";

export interface DropTable extends OperationData {
  readonly kind: "drop-table";
  readonly table: QualifiedName;
  readonly cascade: boolean;
  readonly ifExists: boolean;
}

export const dropTable: OperationType<DropTable> = {
  kind: "drop-table",
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    const referenced = before
      .constraints(table)
      .flatMap(({ attributes: { references } }) =>
        references ? [{ schema: references.schema, name: references.table }] : [],
      );
    const referencing = operation.cascade
      ? before.referencedBy(table).map(({ id }) => ({ schema: id.schema ?? "", name: id.table ?? "" }))
      : [];
    const parent = before.table(table)?.attributes.partitionOf?.parent;
    const parents = before.catalog.objects.flatMap(({ kind, id }) => {
      const ref = { schema: id.schema ?? "", name: id.name };
      return kind === "table" && parent !== undefined && names(parent, ref) ? [ref] : [];
    });
    const defaults = parents.flatMap((each) => defaultPartition(each, before) ?? []);
    return effects([
      ...lockTree(before, table, "AccessExclusiveLock"),
      ...[...referenced, ...referencing, ...parents, ...defaults].map((other) => lock(other, "AccessExclusiveLock")),
    ]);
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    if (!before.table(table)) return operation.ifExists ? NOTHING : notThere("table", operation.table.name);
    const tree = [table, ...descendants(before, table)];
    const kept = keepTable(operation.statement, before, table);
    const inheriting = before.table(table)?.attributes.relkind === "p" ? [] : tree.slice(1);
    const children = inheriting.map((child) => keepTable(operation.statement, before, child));
    const sequences = sequencesAgain(operation.statement, before, tree, null);
    return {
      class: "lossy",
      statements: [
        ...sequences.create,
        ...tree.flatMap((each) => recreateTable(before, each)),
        ...[kept, ...children].flatMap((each) => each.restore),
        ...tree.flatMap((each) => recreateTableParts(before, each)),
        ...sequences.attach,
        ...sequences.restore,
      ],
      losses: tree.map(({ schema, name }) => ({
        what: "table",
        name: `${schema}.${name}`,
        reason: "its rows are gone with the table",
      })),
      keep: [...[kept, ...children].map((each) => each.kept), ...sequences.keep],
    };
  },
  requirements(operation) {
    const base = { kind: "table", table: operation.table, source: operation.statement.source } as const;
    return [
      ...(operation.ifExists ? [] : [{ ...base, when: "before", present: true } as const]),
      { ...base, when: "after", present: false },
    ];
  },
};
