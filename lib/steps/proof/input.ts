import type { NumberedColumn } from "../../core/backfill/numbered-columns.js";
import type { Catalog } from "../../core/catalog/catalog.js";
import type { IsolationScope } from "../../core/isolation/scope.js";
import type { Migration } from "../../core/migration/release.js";
import type { LossAcceptances } from "../../core/rollback/loss-acceptance.js";
import type { Clock } from "../../ports/clock.js";
import type { Clone } from "../../ports/database.js";
import type { Migrator } from "../../ports/migrator.js";
import type { SchemaDifference } from "../../ports/schema-difference.js";
import type { SessionSettings } from "../migration/prepare-session.js";

export interface ProveOnClone {
  readonly cluster: string;
  /** The migrations that the tenants of the cluster lack, in order. */
  readonly migrations: readonly Migration[];
  /** The tenant's schema in a shared database. */
  readonly schema: string | null;
  /** The tenant's catalog, whose settings of the database a clone may lack; absent when a release is proved without a fleet. */
  readonly tenant?: Catalog;
  /** Makes a copy of the tenant as it is before the release. Each copy is dropped before the proof ends. */
  readonly makeClone: (purpose: string) => Promise<Clone>;
  /** The generator for the last resort among ways back; null for none. */
  readonly difference: SchemaDifference | null;
  readonly settings: SessionSettings;
  /** Bytes that one migration may keep aside; without it there is no limit. */
  readonly keepLimit?: number;
  /** Bytes by which a clone may grow before it is stopped; without it there is no limit. */
  readonly growthLimit?: number;
  /** A sequential scan of a table with at least this many rows is reported; never if absent. */
  readonly largeScan?: number;
  /** Migrations that may run although they cannot be taken back. */
  readonly acceptances?: LossAcceptances;
  /** Why code that tenants wrote may run as a superuser; without it a release is not executed there. */
  readonly superuser?: string;
  /** Code that tenants wrote and that the rollout would run with the login's rights, which the executing role of a clone may lack. */
  readonly codeOfOthers?: readonly string[];
  /** Texts that others wrote and that run on the clones besides the migrations. */
  readonly queries?: readonly string[];
  /** Whether the rollout analyzes what the release leaves without statistics. */
  readonly analyze?: boolean;
  readonly clock: Clock;
  /** Runs a migration that is a program of the team's own. */
  readonly migrator?: Migrator;
  /** Kill and resume, and a second run. Off when many migrations are proved one by one. */
  readonly thorough: boolean;
  /** Who else lives in the tenant's database; absent when a release is proved without a fleet. */
  readonly isolation?: IsolationOnClone;
  /** Columns in which two runs may give different numbers; if absent, those that the migrations' backfills number. */
  readonly numbered?: readonly NumberedColumn[];
  readonly signal?: AbortSignal;
}

/** What a release must not touch, in its text and on the clone. */
interface IsolationOnClone {
  readonly scope: IsolationScope;
  /** Schema of another tenant in the same database: it is in the clone, and must stay as it was. */
  readonly neighbour: string | null;
  /** Schema of another tenant there that gets the same release: the release runs for it too, and must leave the first tenant as it is. */
  readonly sibling: string | null;
}
