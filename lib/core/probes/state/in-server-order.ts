import type { Operation } from "../../operations/index.js";

/** The server runs the subcommands of one ALTER TABLE in passes (`AT_PASS_*` in its source), not as written. */
const PASS: Readonly<Partial<Record<Operation["kind"], number>>> = {
  "drop-column": 0,
  "drop-constraint": 0,
  "alter-column-type": 1,
  "add-column": 2,
  "add-constraint": 4,
};
const OTHER_PASS = 3;

export function inServerOrder(operations: readonly Operation[]): readonly Operation[] {
  const pass = (operation: Operation) => PASS[operation.kind] ?? OTHER_PASS;
  return [...operations].sort((a, b) => pass(a) - pass(b));
}
