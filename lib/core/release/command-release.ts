import { sha256 } from "../migration/checksums/sha.js";
import { commandLine, type MigratorCommand } from "../migration/migrator-command.js";
import type { Migration, Release } from "../migration/release.js";
import type { ReleaseFile } from "../migration/source-file.js";

/** Id of the convention: the ledger is our own, since only a command itself can read its own ledger. */
export const COMMAND = "command";

export interface CommandReleaseOptions {
  readonly command: MigratorCommand;
  /** The ledger's name for this state of the program; null: derived from the checksum. */
  readonly version: string | null;
}

/**
 * A release that is one run of a team's own program. Its checksum covers the program, its arguments and the files in the migrations folder, so that a
 * changed program is a different release.
 */
export function commandRelease(files: readonly ReleaseFile[], options: CommandReleaseOptions): Release {
  const { command } = options;
  const parts = files.map(({ path, bytes }) => [path, sha256(bytes)]);
  const checksum = sha256(JSON.stringify([command.argv, command.sha256, parts]));
  const version = options.version ?? checksum.slice(0, 12);
  const line = commandLine(command);
  const migration: Migration = {
    version,
    name: "",
    up: { file: line, language: "sql", statements: [], transaction: "none", isolation: "read committed", checksum },
    down: null,
    migrator: command,
  };
  return {
    name: version,
    convention: COMMAND,
    migrations: [migration],
    contract: { requirements: [], checks: [] },
    coverage: { understood: 1, pieces: [] },
    findings: [],
  };
}
