import type { Catalog } from "../catalog/catalog.js";
import type { TableRef } from "../catalog/lookup.js";
import type { Statement } from "../sql/statement.js";

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
  /** Of a team's own program: what its change comes to. */
  readonly derived?: DerivedChange;
}

/** The change that a program made, found out afterwards. */
export interface DerivedChange {
  /** SQL that leads from the schema before to the one after. */
  readonly statements: readonly Statement[];
  /** What was seen when that SQL ran in the place of the program. */
  readonly observations: readonly StatementObservation[];
  /** Tables whose rows the program changed, apart from columns that it made, dropped or converted. */
  readonly written: readonly TableRef[];
  /** Why the SQL does not stand for the program; null when it does. */
  readonly unfaithful: string | null;
}
