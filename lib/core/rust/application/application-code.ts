import type { ColumnRequirement } from "../../contract/contract.js";
import type { Finding } from "../../finding.js";
import { inFolder, type MigrationSource } from "../../migration/convention.js";
import { releaseFinding } from "../../migration/release-finding.js";
import type { SourceFile } from "../../migration/source-file.js";
import { crateOfFiles, parsedFile } from "../parsed-file.js";
import type { RustNode } from "../syntax/rust-node.js";
import { applicationRequirements } from "./application-of.js";

/** Contents of a file that tell something about tables. */
const NAMES_TABLES = /\btable!\s*[{(]|\bDeriveEntityModel\b|\bFromRow\b/;
/** Code that only a test or an example runs. */
const APART = /(^|\/)(tests?|examples|benches|target)\//;

/**
 * The columns that the application's code next to a release names. Code among the migrations themselves is left out: entities there are copies of the
 * tables at the time a migration was written.
 */
export function applicationCode(
  files: readonly SourceFile[],
  migrations: readonly MigrationSource[],
): { readonly columns: readonly ColumnRequirement[]; readonly findings: readonly Finding[] } {
  const marked = files.filter((file) => file.application !== undefined);
  const around = marked.length > 0 ? marked : files.filter((file) => file.path.startsWith("../"));
  const candidates = [...new Set([...around, ...besideMigrations(inFolder(files), migrations)])];
  const code = candidates.filter(
    (file) => file.name.endsWith(".rs") && NAMES_TABLES.test(file.text) && !APART.test(file.path),
  );
  return {
    columns: applicationRequirements(crateOfFiles(code)),
    findings: code.map(parsedFile).flatMap(({ error }) => (error ? [unreadable(error)] : [])),
  };
}

function unreadable({ span }: RustNode): Finding {
  return releaseFinding({
    code: "application.unreadable",
    severity: "warning",
    subject: { kind: "file", name: span.file },
    message: `${span.file} cannot be parsed as Rust, so what the application's code expects may be incomplete.`,
    remedy: {
      text: "Correct the code, or name other folders as `application` in the config.",
      command: `rustfmt --check ${span.file}`,
    },
    source: span,
  });
}

function besideMigrations(files: readonly SourceFile[], migrations: readonly MigrationSource[]): readonly SourceFile[] {
  const written = migrations.flatMap(({ up, driver }) => [up.file, ...(driver ? [driver] : [])]);
  const folders = new Set(written.filter((file) => file.name.endsWith(".rs")).map((file) => file.folder));
  return files.filter((file) => ![...folders].some((folder) => within(file.folder, folder)));
}

function within(folder: string, parent: string): boolean {
  return parent === "" || folder === parent || folder.startsWith(`${parent}/`);
}
