import { type ReadGateCode, readGateCode } from "../rust/gate/read-gate-code.js";
import type { RustRelease } from "../rust/read-rust-script.js";
import { readEmbeddedSql } from "../rust/rust-script.js";
import { sha256 } from "./checksums/sha.js";
import type { MigrationSource } from "./conventions/convention.js";
import type { Opaque } from "./coverage.js";
import { examineStatements } from "./examine-sql.js";
import type { ReadMigration } from "./read-migration.js";
import type { Script } from "./release.js";
import { type AnyStatement, plain, readSqlScript } from "./script.js";
import type { SourceFile } from "./source-file.js";

/** A migration whose Rust code says what it expects and how its SQL runs: the SQL beside it, or SQL in the code. */
export function readDrivenMigration(source: MigrationSource, rust: RustRelease): ReadMigration {
  const driver = source.driver ?? source.up.file;
  const gate = readGateCode(rust, driver);
  const up = upScript(source, driver, gate);
  const down = source.down && !source.down.rust ? readSqlScript(source.down) : null;
  const examined = [up, ...(down ? [down] : [])].map((half) => examineStatements(half.statements));
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
    understood: examined.reduce((sum, each) => sum + each.understood, 0),
    opaque: [...gate.opaque, ...up.opaque, ...examined.flatMap((each) => each.opaque)],
  };
}

interface Up {
  readonly script: Script;
  readonly statements: readonly AnyStatement[];
  readonly opaque: readonly Opaque[];
}

function upScript(source: MigrationSource, driver: SourceFile, gate: ReadGateCode): Up {
  const [run] = gate.code.runs;
  const isolation = run?.isolation ?? "read committed";
  const beside = source.up.rust ? null : readSqlScript(source.up);
  const own = run?.name === source.name || run?.name === `${source.version}_${source.name}`;
  if (beside) {
    const checksum = sha256(Buffer.concat([source.up.file.bytes, driver.bytes]));
    const script: Script = { ...beside.script, file: driver.path, language: "rust", isolation, checksum };
    const opaque = run && !own ? [anotherName(run.name, source, driver)] : [];
    return { script, statements: beside.statements, opaque };
  }
  const inCode = run && /\s/.test(run.name.trim()) ? readEmbeddedSql(run.name, run.node, run.literal) : null;
  const script: Script = {
    file: driver.path,
    language: "rust",
    statements: (inCode ?? []).map(plain),
    transaction: "single",
    isolation,
    checksum: sha256(driver.bytes),
  };
  return { script, statements: inCode ?? [], opaque: run && !inCode ? [withoutSql(run.name, driver)] : [] };
}

function anotherName(name: string, source: MigrationSource, driver: SourceFile): Opaque {
  return {
    reason: `The code runs the migration ${name}, but the SQL beside it is ${source.version}_${source.name}`,
    text: driver.text,
    source: { file: driver.path, line: 1, column: 1 },
  };
}

function withoutSql(name: string, driver: SourceFile): Opaque {
  return {
    reason: `The code runs the migration ${name}, and no SQL file of that name stands beside it`,
    text: driver.text,
    source: { file: driver.path, line: 1, column: 1 },
  };
}
