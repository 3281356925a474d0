import {
  type ConventionReading,
  inFolder,
  type MigrationSource,
  type ScriptSource,
} from "../../migration/convention.js";
import type { SourceFile } from "../../migration/source-file.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { unreadFile } from "./refusals.js";
import { isInDataFolder, roleOf, type ScriptName, scriptNames, versionKey } from "./script-name.js";

const ENTRY = { style: "gate", function: "up", type: null } as const;
const CODE = /^(\d+)[_-](.+)\.rs$/;

/**
 * SQL files outside any framework, in the order of their versions, with ways back recognised by their names, and `.rs` files next to them: an `.rs`
 * and an `.sql` file with the same stem are one migration, whose Rust code says how the SQL next to it runs.
 */
export function readNumbered(files: readonly SourceFile[]): ConventionReading {
  const drivers = new Map<string, SourceFile>();
  for (const file of inFolder(files)) {
    const match = CODE.exec(file.name);
    if (match) drivers.set(`${file.folder}/${match[1]}_${match[2]}`, file);
  }
  const sql = inFolder(files).filter((file) => /\.sql$/i.test(file.name));
  const names = scriptNames(sql);
  const unknown = new Set(sql.filter((file) => isUnknown(file, names.get(file))));
  const found = sql.flatMap((file): FoundScript[] => {
    const name = names.get(file);
    if (!name || unknown.has(file)) return [];
    const script: ScriptSource = { file, transaction: "one query" };
    return [{ version: name.version, name: name.name, direction: name.direction ?? "up", script }];
  });
  const paired = pairScripts([...found, ...aloneRust(drivers, found)], () => null, versionKey);
  const migrations = paired.migrations.map((migration): MigrationSource => {
    const driver = drivers.get(`${migration.up.file.folder}/${migration.version}_${migration.name}`);
    return driver && driver !== migration.up.file ? { ...migration, driver } : migration;
  });
  return {
    migrations,
    findings: [
      ...paired.findings,
      ...[...unknown].map((file) => unreadFile(file, `${whyUnknown(file, names.get(file))}`)),
    ],
    context: [...drivers.values()],
  };
}

/** A file whose name gives no direction and that could be something other than a way up. */
function isUnknown(file: SourceFile, name: ScriptName | undefined): boolean {
  if (name === undefined || name.direction !== null) return false;
  return name.unsure || isInDataFolder(file) || (!name.numbered && roleOf(file) !== null);
}

function whyUnknown(file: SourceFile, name: ScriptName | undefined): string {
  const role = roleOf(file) ?? (name?.numbered ? "a way back" : null);
  return role === null ? "the files next to it have a number, and it has none" : `it looks like ${role}`;
}

/** Rust files without SQL next to them contain their SQL themselves. */
function aloneRust(drivers: ReadonlyMap<string, SourceFile>, found: readonly FoundScript[]): FoundScript[] {
  const stems = new Set(found.map((each) => `${each.script.file.folder}/${each.version}_${each.name}`));
  return [...drivers].flatMap(([stem, file]): FoundScript[] => {
    if (stems.has(stem)) return [];
    const match = /([^/_]+)_([^/]+)$/.exec(stem);
    const [, version = "", name = ""] = match ?? [];
    return [{ version, name, direction: "up", script: { file, transaction: "single", rust: ENTRY } }];
  });
}
