import type { QualifiedName } from "../contract/contract.js";
import { effects, readLocks } from "./effects.js";
import { impossible, NOTHING } from "./inverses.js";
import type { OperationData, OperationType } from "./operation.js";

/** A SELECT, VALUES, SHOW or EXPLAIN: reads, and runs the functions that it calls. */
export interface Query extends OperationData {
  readonly kind: "query";
  readonly reads: readonly QualifiedName[];
  /** Names of functions it calls, e.g. `setval`. */
  readonly functions: readonly string[];
}

export const query: OperationType<Query> = {
  kind: "query",
  effects(operation, before) {
    return effects(readLocks(operation.reads, before));
  },
  /** A function that is called may do anything; only what is known to be harmless counts as nothing. */
  inverse(operation) {
    const unknown = operation.functions.find((name) => !HARMLESS.has(name));
    if (unknown === undefined) return NOTHING;
    return impossible(`it calls ${unknown}(), whose effect its text does not tell`);
  },
  requirements() {
    return [];
  },
};

const HARMLESS = new Set(
  `set_config current_setting count max min sum coalesce now pg_sleep setval nextval lower upper length pg_advisory_lock
  pg_advisory_xact_lock pg_advisory_unlock version exists array_agg string_agg to_regclass format_type`.split(/\s+/),
);
