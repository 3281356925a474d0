import { sha256 } from "../migration/checksums/sha.js";
import type { MigrationSource, ScriptSource } from "../migration/convention.js";
import type { Opaque } from "../migration/coverage.js";
import type { Migration, Script } from "../migration/release.js";
import { type AnyStatement, plain, readSqlScript } from "../migration/script.js";
import type { FunctionBodies } from "../operations/called.js";
import { examineStatements } from "../operations/examine-sql.js";
import { type RustRelease, readRustScript } from "../rust/read-rust-script.js";
import { refineryChecksum } from "./conventions/refinery.js";
import { readDrivenMigration } from "./read-driven-migration.js";

/** A migration with its statements' trees, and which of it was understood. */
export interface ReadMigration {
  readonly migration: Migration;
  readonly up: readonly AnyStatement[];
  readonly understood: number;
  readonly opaque: readonly Opaque[];
  /** What was not understood of the way back. */
  readonly downOpaque: readonly Opaque[];
}

interface Half {
  readonly script: Script;
  readonly statements: readonly AnyStatement[];
  readonly opaque: readonly Opaque[];
  /** False when the code says that there is no way back. */
  readonly exists: boolean;
  readonly text: string | null;
}

export function readMigration(source: MigrationSource, rust: RustRelease, functions: FunctionBodies): ReadMigration {
  if (source.driver || source.up.rust?.style === "gate") return readDrivenMigration(source, rust, functions);
  const up = readHalf(source.up, rust);
  const down = source.down ? readHalf(source.down, rust) : null;
  const examined = examineStatements(up.statements, functions);
  const examinedDown = down ? examineStatements(down.statements, functions.copy()) : null;
  const hasDown = down?.exists && (down.statements.length > 0 || down.opaque.length > 0);
  return {
    migration: {
      version: source.version,
      name: source.name,
      up: up.script,
      down: hasDown ? down.script : null,
      ...(source.variants ? { checksumVariants: source.variants } : {}),
      frameworkChecksum: up.text === null ? source.checksum : refineryChecksum(source.name, source.version, up.text),
    },
    up: up.statements,
    understood: examined.understood + (examinedDown?.understood ?? 0),
    opaque: [...up.opaque, ...examined.opaque],
    downOpaque: [...(down?.opaque ?? []), ...(examinedDown?.opaque ?? [])],
  };
}

function readHalf(source: ScriptSource, rust: RustRelease): Half {
  if (!source.rust) {
    const { script, statements } = readSqlScript(source);
    return { script, statements, opaque: [], exists: true, text: null };
  }
  const read = readRustScript(rust, source, source.rust);
  const script: Script = {
    file: source.file.path,
    language: "rust",
    statements: read.statements.map(plain),
    transaction: source.transaction === "none" ? "none" : "single",
    isolation: "read committed",
    checksum: sha256(source.file.bytes),
  };
  return { script, statements: read.statements, opaque: read.opaque, exists: !read.refused, text: read.text };
}
