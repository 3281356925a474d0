import { sha256 } from "../migration/checksums/sha.js";
import type { MigrationSource } from "../migration/convention.js";
import type { Opaque } from "../migration/coverage.js";
import type { Script } from "../migration/release.js";
import { type AnyStatement, plain, readSqlScript } from "../migration/script.js";
import type { SourceFile } from "../migration/source-file.js";
import type { FunctionBodies } from "../operations/called.js";
import { examineStatements } from "../operations/examine-sql.js";
import { type ReadGateCode, readGateCode } from "../rust/gate/read-gate-code.js";
import type { RustRelease } from "../rust/read-rust-script.js";
import { readEmbeddedSql, scriptOf } from "../rust/rust-script.js";
import type { ReadMigration } from "./read-migration.js";

/** A migration whose Rust code says what it expects and how its SQL runs: the SQL next to it, or SQL in the code. */
export function readDrivenMigration(
  source: MigrationSource,
  rust: RustRelease,
  functions: FunctionBodies,
): ReadMigration {
  const driver = source.driver ?? source.up.file;
  const gate = readGateCode(rust, driver);
  const up = upScript(source, driver, gate);
  const down = source.down && !source.down.rust ? readSqlScript(source.down) : null;
  const examined = examineStatements(up.statements, functions);
  const examinedDown = down ? examineStatements(down.statements, functions.copy()) : null;
  return {
    migration: {
      version: source.version,
      name: source.name,
      up: up.script,
      down: down && down.statements.length > 0 ? down.script : null,
      frameworkChecksum: source.checksum,
      expects: { requirements: gate.code.requirements, checks: gate.code.checks },
    },
    up: up.statements,
    understood: examined.understood + (examinedDown?.understood ?? 0),
    opaque: [...gate.opaque, ...up.opaque, ...examined.opaque],
    downOpaque: examinedDown?.opaque ?? [],
  };
}

interface Up {
  readonly script: Script;
  readonly statements: readonly AnyStatement[];
  readonly opaque: readonly Opaque[];
}

function upScript(source: MigrationSource, driver: SourceFile, gate: ReadGateCode): Up {
  const [run] = gate.code.runs;
  const written = source.up.rust ? null : readSqlScript(source.up);
  const named = run?.name === source.name || run?.name === `${source.version}_${source.name}`;
  const inCode =
    run && !written && /\s/.test(run.name.trim()) ? readEmbeddedSql(run.name, run.node, run.literal) : null;
  const read = scriptOf(gate.emissions, written?.statements ?? inCode ?? []);
  const opaque: Opaque[] = [...read.opaque];
  if (run && written && !named) opaque.push(anotherName(run.name, source, driver));
  if (run && !written && !inCode) opaque.push(withoutSql(run.name, driver));
  if (!run && (written || gate.emissions.length === 0)) opaque.push(neverRun(source, driver));
  const files = written ? [source.up.file.bytes, driver.bytes] : [driver.bytes];
  const script: Script = {
    file: driver.path,
    language: "rust",
    statements: read.statements.map(plain),
    transaction: written?.script.transaction ?? "single",
    isolation: run?.isolation ?? "read committed",
    checksum: sha256(Buffer.concat(files)),
  };
  return { script, statements: read.statements, opaque };
}

function neverRun(source: MigrationSource, driver: SourceFile): Opaque {
  return {
    reason: source.up.rust
      ? "The code runs nothing"
      : `The code does not run the SQL next to it (${source.up.file.path})`,
    text: driver.text,
    source: { file: driver.path, line: 1, column: 1 },
  };
}

function anotherName(name: string, source: MigrationSource, driver: SourceFile): Opaque {
  return {
    reason: `The code runs the migration ${name}, but the SQL next to it is ${source.version}_${source.name}`,
    text: driver.text,
    source: { file: driver.path, line: 1, column: 1 },
  };
}

function withoutSql(name: string, driver: SourceFile): Opaque {
  return {
    reason: `The code runs the migration ${name}, and no SQL file of that name is next to it`,
    text: driver.text,
    source: { file: driver.path, line: 1, column: 1 },
  };
}
