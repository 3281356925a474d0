import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { Requirement } from "../contract/contract.js";
import type { TableLock } from "../postgres/lock-modes.js";
import type { Transactionality } from "../postgres/transactionality.js";
import type { Guard } from "../sql/plpgsql.js";
import type { Statement } from "../sql/statement.js";
import type { Inverse } from "../undo/inverse.js";

/** What running an operation does to the tables around it, given the schema before it. */
export interface Effects {
  readonly locks: readonly TableLock[];
  /** Tables whose heap is rewritten. */
  readonly rewrites: readonly TableRef[];
  /** Tables that are read in full while the lock is held. */
  readonly scans: readonly TableRef[];
}

/** One DDL change as plain data. Each kind extends this with its own fields. */
export interface OperationData {
  readonly kind: string;
  /** The statement that it comes from; several operations may share one. */
  readonly statement: Statement;
  /** Where its statement may run. */
  readonly transactionality: Transactionality;
  /** For an operation inside a DO block: the conditions for it to take place; empty when there are none. */
  readonly guards?: readonly Guard[];
}

/**
 * What an operation can change for the statements after it. "tables": which tables there are, their columns, constraints and rows. "names": which
 * object has which name. "code": functions, types, operators and the like.
 */
type Aspect = "tables" | "names" | "code";

/** The contract that every file of `kinds` fulfils for its kind. */
export interface OperationType<O extends OperationData> {
  readonly kind: O["kind"];
  /** Every place that follows an aspect must handle the kinds that name it; the compiler enforces this. "anything": no place follows it. */
  readonly changes: "anything" | readonly Aspect[];
  /** Whether it evaluates functions and expressions that its statement names. */
  readonly evaluates: boolean;
  effects(operation: O, before: CatalogIndex): Effects;
  inverse(operation: O, before: CatalogIndex): Inverse;
  /**
   * For an operation that drops tables or things on them: the objects that it names, as they were before, and those that necessarily go with them.
   * Empty when they do not exist. What one statement drops is restored together.
   */
  dropped?(operation: O, before: CatalogIndex): readonly CatalogObject[];
  /** What must hold before it can run, and what holds after it has run. */
  requirements(operation: O, before: CatalogIndex): readonly Requirement[];
}
