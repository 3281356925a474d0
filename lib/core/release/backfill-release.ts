import { BACKFILL_REMEDIES, NotCuttable } from "../backfill/refusal.js";
import { shapeOf } from "../backfill/statement-shape.js";
import type { Finding } from "../finding.js";
import { BACKFILL_FORM } from "../migration/backfill-mark.js";
import type { Migration, Release } from "../migration/release.js";
import { releaseFinding } from "../migration/release-finding.js";
import type { ReleaseFile } from "../migration/source-file.js";
import { treeAlone } from "../sql/parse.js";
import { BACKFILL } from "./ledgers/backfill.js";
import { type ReadReleaseOptions, readRelease } from "./read-release.js";

export interface BackfillReleaseOptions extends Pick<ReadReleaseOptions, "acceptances"> {
  /** Set to run the backfill again on tenants that have it: what distinguishes this run from the others. */
  readonly again?: string;
}

/**
 * A release that consists of one backfill in a file, in any framework's form. Its version is the file's name, so that a tenant that has it does not
 * get it twice. Never throws because of the file's contents.
 */
export async function backfillRelease(file: ReleaseFile, options: BackfillReleaseOptions = {}): Promise<Release> {
  const { again, ...reading } = options;
  const read = await readAlone(file, { ...reading, application: false });
  const [found] = read.migrations;
  if (!found) return { ...read, convention: BACKFILL };
  const name = nameOf(file.path);
  const version = `${BACKFILL}:${name}${again === undefined ? "" : ` ${again}`}`;
  const migration: Migration = { ...found, version, name };
  const findings = [...read.findings, ...problemsOf(migration, read.findings)];
  return { ...read, name, convention: BACKFILL, alternatives: [], migrations: [migration], findings };
}

/** Marks that divide a file into the way up and the way down, whatever its name: goose, dbmate. */
const SECTIONS = /^\s*--\s*(?:\+goose\s+|migrate:)up\b/im;

/**
 * As the framework whose marks it has would read it, if need be under a name with a version, which a single file may lack; as plain SQL where no
 * framework reads it as a single migration.
 */
async function readAlone(file: ReleaseFile, options: ReadReleaseOptions): Promise<Release> {
  const guessed = await readRelease([file], options);
  if (isOne(guessed)) return guessed;
  const isMarked = SECTIONS.test(Buffer.from(file.bytes).toString("utf8"));
  const named = isMarked ? await readRelease([{ ...file, name: `1_${nameOf(file.path)}.sql` }], options) : null;
  return named && isOne(named) ? named : readRelease([file], { ...options, convention: "plain" });
}

function isOne({ migrations, findings }: Release): boolean {
  return migrations.length === 1 && findings.every(({ code }) => code !== "release.convention-ambiguous");
}

function nameOf(path: string): string {
  return (path.split("/").at(-1) ?? path).replace(/(\.up)?\.[a-z]+$/i, "");
}

/** What is wrong with it before any tenant is asked. */
function problemsOf(migration: Migration, said: readonly Finding[]): readonly Finding[] {
  const { up } = migration;
  const source = { file: up.file, line: 1, column: 1 };
  const subject = { kind: "migration", name: migration.name };
  if (said.some(({ code }) => code.startsWith("release.backfill-"))) return [];
  const [statement] = up.statements;
  if (!up.backfill || !statement)
    return [
      releaseFinding({
        code: "release.not-a-backfill",
        severity: "error",
        subject,
        message: `${up.file} is not a backfill: no comment above its statement names the key to walk its rows by.`,
        remedy: { text: "Write this line above the one UPDATE, DELETE or INSERT … SELECT:", sql: BACKFILL_FORM },
        source,
      }),
    ];
  const refusal = formRefusal(statement.sql, up.backfill.table);
  if (refusal === null) return [];
  return [
    releaseFinding({
      code: `backfill.${refusal.code}`,
      severity: "error",
      subject,
      message: `The statement of ${up.file} cannot be run in batches: ${refusal.message}.`,
      remedy: { text: BACKFILL_REMEDIES[refusal.code] },
      source: statement.source,
    }),
  ];
}

function formRefusal(sql: string, table: string | null): NotCuttable | null {
  const node = treeAlone(sql);
  // What the parser refuses has a finding of its own.
  if (!node) return null;
  try {
    shapeOf(node, table);
    return null;
  } catch (error) {
    if (error instanceof NotCuttable) return error;
    throw error;
  }
}
