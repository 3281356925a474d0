/** A team's own program that migrates the database in `DATABASE_URL`. Plain data without secrets. */
export interface MigratorCommand {
  /** Program and arguments; no shell reads them. */
  readonly argv: readonly string[];
  /** Milliseconds. */
  readonly timeout: number;
  /** More of its environment; a value may be a reference to a secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** SHA-256 of the program when it is a file of the team's: another one is refused. */
  readonly sha256: string | null;
}

export function commandLine({ argv }: Pick<MigratorCommand, "argv">): string {
  return argv.map((part) => (/^[\w./:=@-]+$/.test(part) ? part : JSON.stringify(part))).join(" ");
}
