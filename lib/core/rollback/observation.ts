import type { Catalog } from "../catalog/catalog.js";
import type { TableRef } from "../catalog/lookup.js";

/** What the dry run saw of one statement. */
export interface StatementObservation {
  /** The schema just before it. */
  readonly before: Catalog;
  /** Tables whose rows it changed, by whatever way: directly, by a cascade, a trigger or a function. */
  readonly written: readonly TableRef[];
}

/** What the dry run saw of one migration; as many entries as its up script has statements. */
export interface MigrationObservation {
  readonly version: string;
  readonly statements: readonly StatementObservation[];
  /** The schema after it. */
  readonly after: Catalog;
}
