import type { Catalog } from "../catalog/catalog.js";
import type { TableRef } from "../catalog/lookup.js";
import type { Statement } from "../sql/statement.js";

/** What the dry run saw of one statement. */
export interface StatementObservation {
  /** The schema just before it. */
  readonly before: Catalog;
  /** Tables whose rows it changed, in whatever way: directly, or through a cascade, a trigger or a function. */
  readonly written: readonly TableRef[];
}

/** What the dry run saw of one migration; it has as many entries as the up script has statements. */
export interface MigrationObservation {
  readonly version: string;
  readonly statements: readonly StatementObservation[];
  /** The schema after it. */
  readonly after: Catalog;
  /** For a team's own program: what its change amounts to. */
  readonly derived?: DerivedChange;
}

/** The change that a program made, derived afterwards. */
export interface DerivedChange {
  /** SQL that leads from the schema before to the one after. */
  readonly statements: readonly Statement[];
  /** What was seen when that SQL ran in place of the program. */
  readonly observations: readonly StatementObservation[];
  /** Tables whose rows the program changed, apart from columns that it created, dropped or converted. */
  readonly written: readonly TableRef[];
  /** Why the SQL does not match the program; null when it does. */
  readonly unfaithful: string | null;
}
