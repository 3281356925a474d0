import { sha256 } from "../migration/checksums/sha.js";
import { commandLine, type MigratorCommand } from "../migration/migrator-command.js";
import type { Migration, Release } from "../migration/release.js";
import type { ReleaseFile } from "../migration/source-file.js";

/** Id of the convention: the ledger is our own, since a command's own ledger is for the command to read. */
export const COMMAND = "command";

export interface CommandReleaseOptions {
  readonly command: MigratorCommand;
  /** What the ledger calls this state of the program; null: made from the checksum. */
  readonly version: string | null;
}

/**
 * A release that is one run of a team's own program. Its checksum covers the program, its arguments and the files of the
 * migrations' folder, so that another program is another release.
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
