import { as, constant } from "../../../sql/tree.js";
import type { Known } from "../../known/known.js";
import type { LintStatement } from "../../lint-statement.js";

export interface Setting {
  readonly statement: LintStatement;
  /** Milliseconds; null when it was reset or cannot be read. */
  readonly milliseconds: number | null;
  readonly text: string;
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** The value of a time setting at a statement, if its own file sets it before. */
export function timeSetting(name: string, statement: LintStatement, known: Known): Setting | null {
  let found: Setting | null = null;
  for (const other of known.before(statement, "VariableSetStmt")) {
    const set = as(other.node, "VariableSetStmt");
    if (set?.kind === "VAR_RESET_ALL" || (set?.name === name && set.kind !== "VAR_SET_VALUE")) found = null;
    else if (set?.name === name && isInForce(other, statement, set.is_local === true)) {
      const text = constant(set.args?.[0]) ?? "";
      found = { statement: other, milliseconds: milliseconds(text), text };
    }
  }
  return found;
}

/** SET LOCAL ends with its transaction, and does nothing outside one. */
function isInForce(set: LintStatement, statement: LintStatement, local: boolean): boolean {
  return !local || set.transaction?.id === statement.transaction?.id;
}

/** `2s`, `500ms`, `5 min`; a bare number is milliseconds. */
function milliseconds(text: string): number | null {
  const [, value, unit] = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(text) ?? [];
  return value === undefined ? null : Number(value) * (UNITS[unit ?? "ms"] ?? 1);
}
