import type { Operation } from "../operations/index.js";
import type { Moment, Probe, ProbeDraft } from "./probe.js";
import { missingColumns, type TableState } from "./state/table-state.js";
import { unknownProbe } from "./support/unknown-probe.js";

/**
 * Preconditions on tables or columns that are unknown at that moment, because earlier code created them or a query decides their columns: nothing can
 * be asked, so the answer is unknown.
 */
export const unreadable: Probe = {
  code: "probe.unreadable",
  derive(operation, moment) {
    const asked = askedOf(operation, moment);
    if (!asked) return [];
    const { name, table, columns } = asked;
    const place = { name: { schema: name.schema ?? "", name: name.name } };
    if (!table) return [answer(operation, place, `The table ${name.name} is not known before this statement`)];
    const [missing] = missingColumns(table, columns);
    if (missing === undefined) return [];
    const why = table.uncertainties[0]?.reason;
    const reason = `${table.name.name} has no column ${missing} that is known before this statement`;
    return [answer(operation, table, why === undefined ? reason : `${reason}: ${why}`)];
  },
};

function answer(operation: Operation, table: Pick<TableState, "name">, reason: string): ProbeDraft {
  return unknownProbe(unreadable.code, operation.statement, table, reason);
}

interface Asked {
  readonly name: { readonly schema: string | null; readonly name: string };
  readonly table: TableState | undefined;
  readonly columns: readonly string[];
}

function askedOf(operation: Operation, { before, after }: Moment): Asked | null {
  switch (operation.kind) {
    case "set-not-null":
    case "alter-column-type":
      return { name: operation.table, table: before.table(operation.table), columns: [operation.column] };
    case "create-index": {
      const columns = operation.keys.flatMap(({ column }) => (column === null ? [] : [column]));
      return operation.unique ? { name: operation.table, table: before.table(operation.table), columns } : null;
    }
    case "add-constraint": {
      const { constraint } = operation;
      if (!constraint.validated || !constraint.enforced) return null;
      const own = { name: operation.table, table: after.table(operation.table), columns: columnsOf(constraint) };
      if (constraint.type !== "foreign key" || !own.table || missingColumns(own.table, own.columns).length > 0)
        return own;
      const parent = after.table(constraint.references);
      return { name: constraint.references, table: parent, columns: constraint.referencedColumns };
    }
    default:
      return null;
  }
}

function columnsOf(constraint: object): readonly string[] {
  if ("columns" in constraint && Array.isArray(constraint.columns)) return constraint.columns;
  return "column" in constraint && typeof constraint.column === "string" ? [constraint.column] : [];
}
