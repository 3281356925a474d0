import type { MigratorCommand } from "../core/migration/migrator-command.js";
import { DatabaseError, type Session } from "./database.js";

export interface MigratorOptions {
  /** The tenant's schema in a shared database: first in the command's search_path. */
  readonly schema: string | null;
  /** Schemas after it in the search_path; default: public. */
  readonly shared?: readonly string[];
  /** Longest time that its sessions wait for a lock. Milliseconds; 0 means no limit. */
  readonly lockTimeout: number;
  /** When it begins, by the server's clock: sessions that use another application_name are recognized by it; "infinity": by their name alone. */
  readonly since: string;
  /** Ends the command early. */
  readonly signal?: AbortSignal;
}

/** Runs a team's own program against the database that a session is connected to. */
export interface Migrator {
  /** The application_name of the sessions that it opens for a tenant: each tenant of a shared database has its own. */
  application(schema: string | null): string;
  /**
   * Resolves with what the program printed, without secrets, when it ended well and in time. Throws `MigratorFailed`
   * otherwise. Either way neither the program nor a session that it opened is left.
   */
  run(session: Session, command: MigratorCommand, options: MigratorOptions): Promise<string>;
}

/** The program failed, did not end in time, or could not be started. What it did before that is not undone. */
export class MigratorFailed extends DatabaseError {
  constructor(
    message: string,
    /** What it printed, without secrets. */
    readonly output: string,
  ) {
    super(message, "MIGRATOR");
  }
}
