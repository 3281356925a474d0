/** A team's own program that migrates the database in `DATABASE_URL`. Plain data without secrets. */
export interface MigratorCommand {
  /** Program and arguments; no shell reads them. */
  readonly argv: readonly string[];
  /** Milliseconds. */
  readonly timeout: number;
  /** Additions to its environment; a value may be a reference to a secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** SHA-256 over the program and all files that it is known to execute: it is refused with different ones. Null: not sealed. */
  readonly sha256: string | null;
}

export function commandLine({ argv }: Pick<MigratorCommand, "argv">): string {
  return argv.map((part) => (/^[\w./:=@-]+$/.test(part) ? part : JSON.stringify(part))).join(" ");
}
