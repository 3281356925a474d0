import { compareFindings, type Finding, type SourceSpan } from "../finding.js";
import type { Migration, Release } from "../migration/release.js";
import { releaseFinding } from "../migration/release-finding.js";
import { COMMAND } from "./command-release.js";
import { conventionNamed } from "./conventions/conventions.js";
import { compareVersions } from "./conventions/order.js";
import type { LedgerEntry, LedgerFormat } from "./ledger.js";

export interface Pending {
  /** In the order of the release. */
  readonly pending: readonly Migration[];
  /** Where the ledger and the folder disagree. Without tenants: the caller knows whose ledger it is. */
  readonly findings: readonly Finding[];
}

/** Which migrations of the release a tenant lacks according to its ledger, and where ledger and folder disagree. */
export function pendingMigrations(
  release: Pick<Release, "migrations" | "convention">,
  entries: readonly LedgerEntry[],
  format: LedgerFormat,
): Pending {
  const compare = conventionNamed(release.convention)?.compare ?? compareVersions;
  const byVersion = new Map(entries.map((entry) => [entry.version, entry]));
  const floor =
    entries
      .filter((entry) => entry.upTo)
      .map((entry) => entry.version)
      .sort(compare)
      .at(-1) ?? null;
  const has = (version: string) => byVersion.has(version) || (floor !== null && compare(version, floor) <= 0);
  const pending = release.migrations.filter((migration) => !has(migration.version));
  const known = new Set(release.migrations.map((migration) => migration.version));
  const findings = [
    ...entries
      .filter((entry) => entry.incomplete)
      .map((entry) => incomplete(entry, format, placeOf(entry.version, release.migrations, compare))),
    ...(release.convention === COMMAND ? [] : entries.filter((entry) => !known.has(entry.version))).map((entry) =>
      missing(entry, format, placeOf(entry.version, release.migrations, compare)),
    ),
    ...release.migrations.flatMap((migration) => edited(migration, byVersion.get(migration.version), format)),
    ...outOfOrder(release.migrations, pending, format),
  ];
  return { pending, findings: findings.sort(compareFindings) };
}

/** The file of a version; for one that is not in the folder, the file that it would stand behind. */
function placeOf(
  version: string,
  migrations: readonly Migration[],
  compare: (a: string, b: string) => number,
): { readonly source?: SourceSpan } {
  const own = migrations.find((migration) => migration.version === version);
  const place = own ?? migrations.findLast((migration) => compare(migration.version, version) <= 0) ?? migrations[0];
  return place ? { source: { file: place.up.file, line: 1, column: 1 } } : {};
}

type Place = ReturnType<typeof placeOf>;

function incomplete(entry: LedgerEntry, format: LedgerFormat, place: Place): Finding {
  return releaseFinding({
    code: "release.ledger-incomplete",
    severity: "error",
    unknown: true,
    subject: { kind: "migration", name: entry.version },
    message: `${format.table} says that ${entry.version} began and did not finish; what of it took effect is not known.`,
    remedy: { text: "Look at what the migration left behind, finish it or take it back, and correct the ledger." },
    ...place,
  });
}

function missing(entry: LedgerEntry, format: LedgerFormat, place: Place): Finding {
  return releaseFinding({
    code: "release.ledger-unknown-version",
    severity: "error",
    unknown: true,
    subject: { kind: "migration", name: entry.version },
    message: `${format.table} has ${entry.version}, which is not in the folder of migrations.`,
    remedy: { text: "Restore the migration's file, or run from the revision that has it." },
    ...place,
  });
}

function edited(migration: Migration, entry: LedgerEntry | undefined, format: LedgerFormat): readonly Finding[] {
  const expected = format.checksum(migration);
  if (!entry || entry.checksum === null || expected === null || entry.checksum === expected) return [];
  return [
    releaseFinding({
      code: "release.edited",
      severity: "error",
      subject: { kind: "migration", name: migration.version },
      message: `${migration.up.file} was edited after it ran: its checksum is ${expected}, and ${format.table} has ${entry.checksum}.`,
      remedy: { text: "Restore the file as it ran, and write the change as a migration of its own." },
      source: { file: migration.up.file, line: 1, column: 1 },
    }),
  ];
}

/** A pending migration that stands before one that already ran: frameworks differ on what they do with it. */
function outOfOrder(
  migrations: readonly Migration[],
  pending: readonly Migration[],
  format: LedgerFormat,
): readonly Finding[] {
  const last = migrations.findLastIndex((migration) => !pending.includes(migration));
  const newest = migrations[last];
  if (!newest) return [];
  return pending
    .filter((migration) => migrations.indexOf(migration) < last)
    .map((migration) =>
      releaseFinding({
        code: "release.out-of-order",
        severity: "warning",
        subject: { kind: "migration", name: migration.version },
        message: `${migration.version} has not run, but ${newest.version} after it has, according to ${format.table}.`,
        remedy: { text: "Give it a version after the newest one that ran, or confirm that the order does not matter." },
        source: { file: migration.up.file, line: 1, column: 1 },
      }),
    );
}
