import { compareFindings, type Finding } from "../finding.js";
import type { Acceptances } from "../migration/acceptance.js";
import { backfillMarkFindings } from "../migration/backfill-mark.js";
import { judgeCoverage } from "../migration/coverage.js";
import type { Migration, Release, Squash } from "../migration/release.js";
import { releaseFinding } from "../migration/release-finding.js";
import { type ReleaseFile, readSourceFile } from "../migration/source-file.js";
import { FunctionBodies } from "../operations/called.js";
import { applicationCode } from "../rust/application/application-code.js";
import { rustRelease } from "../rust/read-rust-script.js";
import { loadRustParser } from "../rust/syntax/parse-rust.js";
import { loadParser } from "../sql/parse.js";
import { contractOf } from "./contract-of.js";
import { alikeConventions, CONVENTIONS, conventionNamed } from "./conventions/conventions.js";
import { type Detection, detectConvention, explainDetection } from "./conventions/detect.js";
import { type DeclaredFiles, withoutDeclared } from "./declared-files.js";
import { dynamicSqlFindings } from "./dynamic-sql.js";
import { folderFindings } from "./folder-findings.js";
import { judgeDown } from "./judge-down.js";
import { readMigration } from "./read-migration.js";
import { wayBackFindings } from "./way-back-runs.js";

export type { ReleaseFile } from "../migration/source-file.js";

export interface ReadReleaseOptions {
  /** Id of a convention; detected from the files when absent. */
  readonly convention?: string;
  readonly acceptances?: Acceptances;
  /** Migrations that replace a history which is no longer in the folder. */
  readonly squashed?: readonly Squash[];
  /** Files that the config says are not migrations. */
  readonly notMigrations?: readonly DeclaredFiles[];
  /** Migrations that look like ways back and are meant to run. */
  readonly forwardMigrations?: readonly DeclaredFiles[];
  /** False: does not read what the application's own code expects. */
  readonly application?: boolean;
}

const NO_APPLICATION = { columns: [], findings: [] };

/**
 * Reads a folder's migrations: their order, their statements, what the code expects, and how much of it was understood. Never throws because of the
 * files' contents: what cannot be read is a finding that blocks.
 */
export async function readRelease(files: readonly ReleaseFile[], options: ReadReleaseOptions = {}): Promise<Release> {
  await loadParser();
  if (files.some((file) => file.path.endsWith(".rs"))) await loadRustParser();
  const read = files.map(readSourceFile);
  const findings: Finding[] = read.flatMap((each) => each.findings);
  const legible = read.filter((each) => each.readable).map((each) => each.file);
  const sorted = withoutDeclared(
    legible.filter((file) => file.application !== "only"),
    options.notMigrations ?? [],
  );
  const readable = sorted.files;
  findings.push(...sorted.findings);
  const detection = options.convention === undefined ? detectConvention(readable) : null;
  const convention = detection ? detection.convention : conventionNamed(options.convention ?? "");
  if (!convention) return withoutMigrations(options.convention, findings);
  const reading = convention.read(readable);
  findings.push(...reading.findings);
  const ordered = [...reading.migrations].sort((a, b) => convention.compare(a.version, b.version));
  findings.push(...folderFindings(readable, convention, { ...reading, migrations: ordered }));
  if (detection?.ambiguous) findings.push(ambiguous(detection));
  const rust = rustRelease(readable);
  const functions = FunctionBodies.ofRelease();
  const migrations = ordered.map((source) => readMigration(source, rust, functions));
  const forward = ordered.map((source, at) => ({ source, statements: migrations[at]?.up ?? [] }));
  findings.push(...wayBackFindings(forward, convention, options.forwardMigrations ?? []));
  findings.push(...migrations.flatMap((each) => dynamicSqlFindings(each.up)));
  findings.push(...migrations.flatMap((each) => backfillMarkFindings(each.migration.up)));
  const judged = judgeCoverage(
    migrations.reduce((sum, each) => sum + each.understood, 0),
    migrations.flatMap((each) => each.opaque),
    options.acceptances,
  );
  const downs = migrations.map((each) => judgeDown(each, options.acceptances));
  findings.push(...judged.findings, ...downs.flatMap((each) => each.findings));
  const newest = migrations.at(-1)?.migration;
  const application = options.application === false ? NO_APPLICATION : applicationCode(legible, reading.migrations);
  findings.push(...application.findings);
  const all = downs.map((each) => each.migration);
  return {
    name: newest ? releaseName(newest) : "empty",
    convention: convention.id,
    alternatives: alternativesOf(convention.id, detection),
    ...(detection ? { detection: explainDetection(detection) } : {}),
    ...(options.squashed?.length ? { squashed: options.squashed } : {}),
    migrations: all,
    contract: contractOf(all, all, application.columns),
    ...(application.columns.length > 0 ? { application: application.columns } : {}),
    coverage: { ...judged.coverage, pieces: [...judged.coverage.pieces, ...downs.flatMap((each) => each.ignored)] },
    findings: findings.sort(compareFindings),
  };
}

/** Others that the tenants' ledgers may point to. */
function alternativesOf(id: string, detection: Detection | null): readonly string[] {
  const rivals = detection?.ambiguous ? detection.candidates.slice(1, 2).map((each) => each.id) : [];
  return [...new Set([...alikeConventions(id), ...rivals])];
}

function ambiguous(detection: Detection): Finding {
  const [first, second] = detection.candidates.map((each) => each.id);
  return releaseFinding({
    code: "release.convention-ambiguous",
    severity: "error",
    unknown: true,
    subject: { kind: "release", name: "migrations" },
    message: `The folder can be read as ${first} and as ${second}. ${explainDetection(detection).join(" ")}`,
    remedy: { text: `Say which it is in the config: \`convention: ${first}\` or \`convention: ${second}\`.` },
  });
}

function releaseName(migration: Migration): string {
  return migration.version.includes(migration.name) ? migration.version : `${migration.version}_${migration.name}`;
}

function withoutMigrations(convention: string | undefined, findings: readonly Finding[]): Release {
  const known = CONVENTIONS.map((each) => each.id).join(", ");
  const finding = releaseFinding({
    code: convention === undefined ? "release.no-migrations" : "release.convention-unknown",
    severity: "error",
    unknown: true,
    subject: { kind: "release", name: convention ?? "migrations" },
    message:
      convention === undefined
        ? "The folder holds no migration that any known convention recognises."
        : `There is no convention named ${convention}.`,
    remedy: { text: `Name the folder of the migrations and, where needed, the convention: ${known}.` },
  });
  return {
    name: "empty",
    convention: convention ?? "none",
    alternatives: [],
    migrations: [],
    contract: { requirements: [], checks: [] },
    coverage: { understood: 0, pieces: [] },
    findings: [...findings, finding].sort(compareFindings),
  };
}
