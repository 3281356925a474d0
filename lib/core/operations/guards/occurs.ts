import type { CatalogIndex } from "../../catalog/lookup.js";
import { GOES_ON } from "../../sql/body-handlers.js";
import type { Guard } from "../../sql/plpgsql.js";
import type { Operation } from "../kinds/index.js";
import { resolveTable } from "../resolve.js";
import { holdsIn } from "./holds.js";

/**
 * Whether an operation of a body takes place in a database with this schema: its guards are evaluated against the catalog. Null when the catalog does
 * not decide it.
 */
export function occurs(operation: Operation, before: CatalogIndex): boolean | null {
  const answers = (operation.guards ?? []).map((guard) => answer(guard, operation, before));
  if (answers.includes(false)) return false;
  return answers.includes(null) ? null : true;
}

/** Decides the operations of one block in order: a test is made where its IF is, before any of its branches changes anything. */
export class BlockGuards {
  private tested: ReadonlyMap<string, boolean | null> = new Map();

  /** The guards that the catalog does not decide; null when one of them keeps the operation from taking place. */
  undecided(operation: Operation, index: CatalogIndex): readonly Guard[] | null {
    const tested = new Map<string, boolean | null>();
    const answers = (operation.guards ?? []).map((guard) => {
      if (guard.kind !== "test") return { guard, holds: answer(guard, operation, index) };
      const known = this.tested.get(guard.sql);
      const truth = known === undefined ? holdsIn(guard.sql, index) : known;
      tested.set(guard.sql, truth);
      return { guard, holds: truth === null ? null : truth === guard.holds };
    });
    this.tested = tested;
    if (answers.some(({ holds }) => holds === false)) return null;
    return answers.flatMap(({ guard, holds }) => (holds === null ? [guard] : []));
  }
}

/** Why it cannot be told whether an operation takes place. */
export function undecided(operation: Operation, before: CatalogIndex): string {
  const open = (operation.guards ?? []).find((guard) => answer(guard, operation, before) === null);
  if (open?.kind === "test") return `whether it runs is decided by (${open.sql}), which the schema alone does not tell`;
  if (open?.kind === "unless failed") return `whether it runs cannot be told: ${GOES_ON}`;
  return `whether it runs cannot be told: ${open?.kind === "unknown" ? open.reason : "its block passes over errors"}`;
}

function answer(guard: Guard, operation: Operation, before: CatalogIndex): boolean | null {
  if (guard.kind === "unknown" || guard.kind === "unless refused" || guard.kind === "unless failed") return null;
  if (guard.kind === "unless there") return absent(operation, before);
  const truth = holdsIn(guard.sql, before);
  return truth === null ? null : truth === guard.holds;
}

/** Whether what the operation creates does not exist yet; null where this is unknown. */
function absent(operation: Operation, before: CatalogIndex): boolean | null {
  switch (operation.kind) {
    case "create-table":
    case "create-table-as":
      return before.table(resolveTable(operation.table, before)) === undefined;
    case "add-column":
      return before.column(resolveTable(operation.table, before), operation.column.name) === undefined;
    case "add-constraint": {
      const { name } = operation.constraint;
      const on = before.constraints(resolveTable(operation.table, before));
      return name === null ? null : on.every(({ id }) => id.name !== name);
    }
    case "create-index":
      return operation.name === null ? null : before.indexesNamed(operation.name).length === 0;
    case "create-object": {
      const { objectKind, name, table } = operation;
      const home = table === null ? null : resolveTable(table, before);
      return before.catalog.objects.every(
        ({ kind, id }) =>
          kind !== objectKind ||
          id.name !== name.name ||
          (name.schema !== null && id.schema !== name.schema) ||
          (home !== null && (id.table !== home.name || id.schema !== home.schema)),
      );
    }
    default:
      return null;
  }
}
