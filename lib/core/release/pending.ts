import { compareFindings, type Finding, type SourceSpan } from "../finding.js";
import type { Migration, Release, Squash } from "../migration/release.js";
import { releaseFinding } from "../migration/release-finding.js";
import { COMMAND } from "./command-release.js";
import { conventionNamed } from "./conventions/conventions.js";
import { compareText, compareVersions } from "./conventions/order.js";
import type { LedgerEntry, LedgerFormat } from "./ledger.js";
import { BACKFILL } from "./ledgers/backfill.js";

/** Conventions whose release is one of many in its ledger. */
const ONE_OF_MANY: ReadonlySet<string> = new Set([COMMAND, BACKFILL]);

export interface Pending {
  /** In the order of the release. */
  readonly pending: readonly Migration[];
  /** Where the ledger and the folder disagree. Without tenants: the caller knows whose ledger it is. */
  readonly findings: readonly Finding[];
}

/** Which migrations of the release a tenant lacks according to its ledger, and where ledger and folder disagree. */
export function pendingMigrations(
  release: Pick<Release, "migrations" | "convention" | "squashed">,
  entries: readonly LedgerEntry[],
  format: LedgerFormat,
): Pending {
  const convention = conventionNamed(release.convention);
  const compare = convention?.compare ?? compareVersions;
  const same = (version: string) => convention?.canonical?.(version) ?? version;
  const byVersion = new Map(entries.map((entry) => [same(entry.version), entry]));
  const floor =
    entries
      .filter((entry) => entry.upTo)
      .map((entry) => entry.version)
      .sort(compare)
      .at(-1) ?? null;
  const stands = (version: string) => byVersion.has(same(version)) || (floor !== null && compare(version, floor) <= 0);
  const squash = squashOf(release.squashed ?? [], entries, { compare, has: stands });
  const has = (version: string) => stands(version) || squash.taken.has(version);
  const pending = release.migrations.filter((migration) => !has(migration.version));
  const known = new Set(release.migrations.map((migration) => same(migration.version)));
  const unknown = entries.filter((entry) => !known.has(same(entry.version)) && !squash.covered.has(entry));
  const place = (version: string) => placeOf(version, release.migrations, compare);
  const findings = [
    ...entries.filter((entry) => entry.incomplete).map((entry) => incomplete(entry, format, place(entry.version))),
    ...(ONE_OF_MANY.has(release.convention) ? [] : unknown).map((entry) =>
      missing(entry, format, place(entry.version)),
    ),
    ...squash.halfway.map((each) => squashedHalfway(each, format, place(each.into))),
    ...release.migrations.flatMap((migration) => edited(migration, byVersion.get(same(migration.version)), format)),
    ...outOfOrder(release.migrations, pending, format),
  ];
  return { pending, findings: findings.sort(compareFindings) };
}

interface SquashedHistory {
  /** Versions that the tenant has by what they mean. */
  readonly taken: ReadonlySet<string>;
  /** Entries that a squashed migration covers. */
  readonly covered: ReadonlySet<LedgerEntry>;
  /** Squashes that the tenant has only partly. */
  readonly halfway: readonly Squash[];
}

/** What a squashed history means for one tenant: it has everything that was squashed, nothing, or a part, which blocks. */
function squashOf(
  squashed: readonly Squash[],
  entries: readonly LedgerEntry[],
  { compare, has }: { compare(a: string, b: string): number; has(version: string): boolean },
): SquashedHistory {
  const taken = new Set<string>();
  const covered = new Set<LedgerEntry>();
  const halfway: Squash[] = [];
  for (const each of squashed) {
    const behind = entries.filter(
      ({ version }) => version !== each.into && (compare(version, each.from) || compareText(version, each.from)) <= 0,
    );
    for (const entry of behind) covered.add(entry);
    if (has(each.from)) taken.add(each.into);
    else if (behind.length > 0 && !has(each.into)) halfway.push(each);
  }
  return { taken, covered, halfway };
}

function squashedHalfway({ into, from }: Squash, format: LedgerFormat, place: Place): Finding {
  return releaseFinding({
    code: "release.squash-halfway",
    severity: "error",
    unknown: true,
    subject: { kind: "migration", name: into },
    message: `${into} stands for the migrations up to ${from}, and according to ${format.table} only a part of them has run.`,
    remedy: { text: `Bring the tenant up to ${from} from a revision that still has those migrations.` },
    ...place,
  });
}

/** A version's file; for a version that is not in the folder, the file that it would come after. */
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
    message: `${format.table} says that ${entry.version} started and did not finish; which of its changes took effect is unknown.`,
    remedy: { text: "Look at what the migration left behind, finish it or undo it, and correct the ledger." },
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
  const source = { file: migration.up.file, line: 1, column: 1 };
  const subject = { kind: "migration", name: migration.version };
  if (migration.checksumVariants?.includes(entry.checksum)) return [sameText(migration, format, { subject, source })];
  return [
    releaseFinding({
      code: "release.edited",
      severity: "error",
      subject,
      message: `${migration.up.file} was edited after it ran: its checksum is ${expected}, and ${format.table} has ${entry.checksum}.`,
      remedy: { text: "Restore the file as it ran, and write the change as a migration of its own." },
      source,
    }),
  ];
}

/** The statements are the ones that ran; a framework that compares checksums would still refuse the file. */
function sameText(migration: Migration, format: LedgerFormat, at: Pick<Finding, "subject" | "source">): Finding {
  return releaseFinding({
    code: "release.line-ends-differ",
    severity: "warning",
    subject: at.subject,
    message: `${migration.up.file} differs from what ran only in line endings or a byte order mark, so the checksum in ${format.table} is another.`,
    remedy: {
      text: "Fix the line endings in the repository, since the framework may refuse the file.",
      command: "git add --renormalize .",
    },
    ...(at.source ? { source: at.source } : {}),
  });
}

/** A pending migration that comes before one that has already run: frameworks differ in what they do with it. */
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
