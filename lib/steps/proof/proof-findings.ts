import type { Catalog } from "../../core/catalog/catalog.js";
import type { Finding } from "../../core/finding.js";
import { operationsOfText } from "../../core/operations/index.js";
import type { Statement } from "../../core/sql/statement.js";
import type { DatabaseError } from "../../ports/database.js";
import { MigratorFailed } from "../../ports/migrator.js";
import { BackfillHalted, BackfillRefused } from "../migration/backfill-errors.js";
import { LeftTenant } from "../migration/stay-inside.js";
import type { ProvedStatement, Rerun, ResumePoint } from "./proof.js";
import type { Failure } from "./run-release.js";
import { describeFailure } from "./try-candidate.js";
import { DISK_FULL } from "./watch-growth.js";

export function failureFinding({ migration, statement, error }: Failure): Finding {
  const place = statement ? ` at statement ${statement.index + 1}` : "";
  return {
    code: codeOf(error),
    gate: "dry-run",
    severity: "error",
    subject: { kind: "migration", name: migration.version },
    message: `On the clone, ${migration.version} failed${place}: ${describeFailure(error)}.`,
    remedy: { text: remedyFor(statement, error) },
    ...(statement ? { source: statement.source } : {}),
  };
}

function remedyFor(statement: Statement | null, error: DatabaseError): string {
  if (error instanceof BackfillRefused) return error.remedy;
  if (error instanceof BackfillHalted && error.why === "endless")
    return "Narrow the condition to rows that the statement finishes, or write one that names none of the columns that it sets.";
  if (error instanceof LeftTenant)
    return "Keep the migration to the tenant's own schema. What all may read is listed under registry.shared in the config; what is shared is changed by a release of its own, before this one.";
  if (error.code === "42501" && statement && makesExtension(statement))
    return "The role that executes on a clone is not a superuser, and PostgreSQL lets it create only trusted extensions. Create this one in every tenant before the release, which then says IF NOT EXISTS, or list it under extensions in the config where releases run as a superuser.";
  if (error.code === "42501" && statement && /\bextension\b/i.test(statement.sql))
    return "The role that executes on a clone has fewer rights than the login, and PostgreSQL has no statement that gives it an extension. Change the extension in every tenant before the release, or say in staging.uncontained why the login itself may execute them on clones.";
  return "Fix the migration or the rows that it fails on, then check again.";
}

function makesExtension(statement: Statement): boolean {
  return operationsOfText(statement).some(
    (operation) => operation.kind === "create-object" && operation.objectKind === "extension",
  );
}

function codeOf(error: DatabaseError): string {
  if (error instanceof BackfillRefused) return `backfill.${error.refusal}`;
  if (error instanceof BackfillHalted) return error.why === "endless" ? "backfill.endless" : "backfill.row";
  if (error instanceof MigratorFailed) return "dry-run.migrator-failed";
  if (error instanceof LeftTenant) return "isolation.left";
  if (error.code === DISK_FULL) return "dry-run.disk-full";
  return error.code === "57014" ? "dry-run.too-slow" : "dry-run.failed";
}

/** Statements that read a whole large table, holding their locks while they do. */
export function scanFindings(statements: readonly ProvedStatement[], large: number | undefined): readonly Finding[] {
  if (large === undefined) return [];
  return statements.flatMap(({ migration, index, scans, locks, source }) =>
    scans
      .filter(({ rows }) => rows >= large)
      .map(({ table, rows }) => ({
        code: "dry-run.large-scan",
        gate: "dry-run",
        severity: locks.length > 0 ? "warning" : "note",
        subject: { kind: "table", name: table },
        message: `Statement ${index + 1} of ${migration} reads all of ${table}, ${rows} rows${locks.length > 0 ? ", with its locks held" : ""}.`,
        remedy: { text: "Give it an index to go by, or do the work in batches before the release." },
        source,
      })),
  );
}

/** Indexes and constraints that the release leaves unfinished, except those that were unfinished before it. */
export function validityFindings(before: Catalog, after: Catalog): readonly Finding[] {
  const keys = (catalog: Catalog) => new Set(unfinished(catalog).map(({ name }) => name));
  const known = keys(before);
  return unfinished(after)
    .filter(({ name }) => !known.has(name))
    .map(({ kind, name, severity, remedy }) => ({
      code: `dry-run.invalid-${kind}`,
      gate: "dry-run",
      severity,
      subject: { kind, name },
      message: `After the release the ${kind} ${name} is ${kind === "index" ? "INVALID and serves no query" : "NOT VALID, so existing rows may violate it"}.`,
      remedy: { text: remedy },
    }));
}

interface Unfinished {
  readonly kind: "index" | "constraint";
  readonly name: string;
  readonly severity: Finding["severity"];
  readonly remedy: string;
}

function unfinished(catalog: Catalog): readonly Unfinished[] {
  return catalog.objects.flatMap((object): Unfinished[] => {
    const name = `${object.id.schema ?? ""}.${object.id.table ?? ""}.${object.id.name}`;
    if (object.kind === "index" && !object.attributes.valid) {
      return [{ kind: "index", name, severity: "error", remedy: "Drop it and build it again." }];
    }
    if (object.kind === "constraint" && !object.attributes.validated && object.attributes.enforced) {
      return [
        {
          kind: "constraint",
          name,
          severity: "warning",
          remedy: "Run VALIDATE CONSTRAINT in a later migration.",
        },
      ];
    }
    return [];
  });
}

export function rerunFindings(rerun: Rerun): readonly Finding[] {
  if (rerun.outcome !== "changes") return [];
  return [
    {
      code: "dry-run.rerun-changes",
      gate: "dry-run",
      severity: "note",
      subject: { kind: "release", name: "release" },
      message: "If it runs a second time, the release changes the tenant again; only the ledger prevents that.",
    },
  ];
}

export function resumeFindings(resumes: readonly ResumePoint[]): readonly Finding[] {
  return resumes
    .filter(({ state }) => state === "lost")
    .map(({ migration, statement, reason }) => ({
      code: "dry-run.not-resumable",
      gate: "dry-run",
      severity: "error",
      subject: { kind: "migration", name: migration },
      message: `Killed after statement ${statement + 1}, ${migration} does not resume to the state it should reach: ${reason ?? "the schema differs."}`,
      remedy: { text: "Make the statements outside transactions repeatable, or give each a migration of its own." },
    }));
}
