import { identifier } from "../../lib/core/sql/quote.js";
import type { RandomColumn, RandomSchema } from "./random-schema.js";

/** Picks one of a list by a number that fast-check chose. */
export type Pick = <T>(list: readonly T[]) => T;

export interface OperationContext {
  readonly schema: RandomSchema;
  readonly t: string;
  /** A random column, quoted. */
  readonly c: string;
  readonly column: RandomColumn;
  readonly pick: Pick;
}

export function operationContext(schema: RandomSchema, numbers: readonly number[]): OperationContext {
  let at = 0;
  const pick: Pick = (list) => {
    const chosen = list[(numbers[at++ % numbers.length] ?? 0) % list.length];
    if (chosen === undefined) throw new RangeError("nothing to pick from");
    return chosen;
  };
  const column = pick(schema.columns);
  return { schema, t: identifier(schema.table), c: identifier(column.name), column, pick };
}
