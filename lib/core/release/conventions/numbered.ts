import {
  type ConventionReading,
  inFolder,
  type MigrationSource,
  type ScriptSource,
} from "../../migration/convention.js";
import type { SourceFile } from "../../migration/source-file.js";
import { type FoundScript, pairScripts } from "./collect.js";

const ENTRY = { style: "gate", function: "up", type: null } as const;
const FORWARD = /^(\d+)[_-](.+?)(\.up|\.down)?\.(sql|rs)$/;

/**
 * Files that begin with a number: `20240115_add_quota.sql`, `1_init.up.sql`, `1_init.down.sql`, and `.rs` beside them.
 * A `.rs` and an `.sql` of one stem are one migration: the Rust code says how the SQL beside it runs.
 */
export function readNumbered(
  files: readonly SourceFile[],
  options: {
    readonly transaction: (file: SourceFile) => ScriptSource["transaction"];
    readonly checksum: (up: ScriptSource, version: string, name: string) => string | null;
    readonly rust: boolean;
    readonly normalise?: (version: string) => string;
  },
): ConventionReading {
  const found: FoundScript[] = [];
  const drivers = new Map<string, SourceFile>();
  for (const file of inFolder(files)) {
    const match = FORWARD.exec(file.name);
    if (!match) continue;
    const [, digits = "", name = "", direction, extension] = match;
    const version = options.normalise ? options.normalise(digits) : digits;
    if (extension === "rs") {
      if (options.rust) drivers.set(`${file.folder}/${version}_${name}`, file);
      continue;
    }
    const script: ScriptSource = { file, transaction: options.transaction(file) };
    found.push({ version, name, direction: direction === ".down" ? "down" : "up", script });
  }
  const paired = pairScripts([...found, ...aloneRust(drivers, found)], options.checksum);
  const migrations = paired.migrations.map((migration): MigrationSource => {
    const driver = drivers.get(`${migration.up.file.folder}/${migration.version}_${migration.name}`);
    return driver && driver !== migration.up.file ? { ...migration, driver } : migration;
  });
  return { migrations, findings: paired.findings, context: [...drivers.values()] };
}

/** Rust files that have no SQL beside them hold their SQL themselves. */
function aloneRust(drivers: ReadonlyMap<string, SourceFile>, found: readonly FoundScript[]): FoundScript[] {
  const stems = new Set(found.map((each) => `${each.script.file.folder}/${each.version}_${each.name}`));
  return [...drivers].flatMap(([stem, file]): FoundScript[] => {
    if (stems.has(stem)) return [];
    const match = /([^/_]+)_([^/]+)$/.exec(stem);
    const [, version = "", name = ""] = match ?? [];
    return [{ version, name, direction: "up", script: { file, transaction: "single", rust: ENTRY } }];
  });
}
