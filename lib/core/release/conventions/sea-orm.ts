import type { Finding } from "../../finding.js";
import {
  type Convention,
  type ConventionReading,
  inFolder,
  type MigrationSource,
  manifestSign,
  type ScriptSource,
  signOf,
} from "../../migration/convention.js";
import { releaseFinding } from "../../migration/release-finding.js";
import type { SourceFile } from "../../migration/source-file.js";
import { crateOf } from "../../rust/parsed-file.js";
import { type MigratorEntry, migratorsOf } from "../../rust/sea-orm/migrator.js";
import type { Crate } from "../../rust/syntax/crate.js";
import type { Item } from "../../rust/syntax/items.js";
import { stringValue } from "../../rust/syntax/literals.js";
import { compareText } from "./order.js";

/**
 * SeaORM: the list of the `MigratorTrait` gives the order, and a migration's name is its file's, unless the code names
 * it. Source: sea-orm-migration `migrator.rs`.
 */
export const seaOrm: Convention = {
  id: "sea-orm",
  signs(files) {
    const code = inFolder(files).filter((file) => file.name.endsWith(".rs") && /\bMigrationTrait\b/.test(file.text));
    if (code.length === 0) return [];
    return [
      ...signOf("mark", "`MigrationTrait`", code),
      ...manifestSign(files, /^Cargo\.toml$/, /^\s*(\[.*dependencies\.)?sea-orm-migration\b/m),
    ];
  },
  // The migrator's order is kept; versions are names without an order of their own.
  compare: () => 0,
  read(files) {
    const crate = crateOf(files);
    const byPath = new Map(files.filter((file) => /\.(rs|sql)$/.test(file.name)).map((file) => [file.path, file]));
    const all = crate
      .all("impl")
      .filter((item) => item.trait === "MigrationTrait" && item.type !== null)
      .filter((item) => !item.node.source.path.startsWith("../"));
    const migrators = migratorsOf(crate);
    const listed = migrators.flatMap((migrator) => migrator.entries);
    const ordered = listed.length > 0 ? inOrder(all, listed) : { items: byName(all), findings: [withoutMigrator(all)] };
    const findings = [...ordered.findings, ...(migrators.length > 1 ? [severalMigrators(migrators.length)] : [])];
    return reading(crate, ordered.items, byPath, findings);
  },
};

function reading(
  crate: Crate,
  items: readonly Item[],
  byPath: ReadonlyMap<string, SourceFile>,
  findings: readonly Finding[],
): ConventionReading {
  const seen = new Map<string, string>();
  const twice: Finding[] = [];
  const migrations = items.flatMap((item): MigrationSource[] => {
    const file = byPath.get(item.node.source.path);
    if (!file) return [];
    const version = nameOfMigration(crate, item);
    const other = seen.get(version);
    if (other !== undefined) twice.push(sameName(version, other, file.path));
    if (other !== undefined) return [];
    seen.set(version, file.path);
    const name = version.replace(/^m\d{8}_\d{6}_/, "");
    const down = methodOf(crate, item, "down") ? script(file, item, "down") : null;
    return [{ version, name, up: script(file, item, "up"), down, checksum: null }];
  });
  return { migrations, findings: [...findings, ...twice], context: [...byPath.values()] };
}

function script(file: SourceFile, item: Item, method: "up" | "down"): ScriptSource {
  const alone = /fn\s+use_transaction\b[^{]*\{\s*Some\(false\)\s*\}/.test(item.node.text);
  return {
    file,
    transaction: alone ? "none" : "single",
    rust: { style: "sea-orm", function: method, type: item.type },
  };
}

function methodOf(crate: Crate, impl: Item, name: string): Item | null {
  const found = crate
    .named("method", name)
    .filter((item) => item.type === impl.type && item.node.source.path === impl.node.source.path);
  return found[0] ?? null;
}

/** The text that `fn name(&self)` returns, or the stem of the file. */
function nameOfMigration(crate: Crate, impl: Item): string {
  const written = methodOf(crate, impl, "name")?.node.field("body");
  for (const node of written?.descendants() ?? []) if (/string_literal$/.test(node.type)) return stringValue(node);
  const file = impl.node.source.path.split("/").at(-1) ?? "";
  return file.replace(/\.rs$/, "");
}

function byName(items: readonly Item[]): readonly Item[] {
  return [...items].sort((a, b) => compareText(a.node.source.path, b.node.source.path));
}

/** The migrations that the migrator lists, in its order; the others never run. */
function inOrder(
  all: readonly Item[],
  entries: readonly MigratorEntry[],
): { items: readonly Item[]; findings: readonly Finding[] } {
  const items: Item[] = [];
  const findings: Finding[] = [];
  for (const entry of entries) {
    const path = entry.struct?.node.source.path;
    const found = all.find((item) => item.node.source.path === path && item.type === entry.struct?.name);
    if (found) items.push(found);
    else findings.push(notFound(entry));
  }
  for (const item of all) if (!items.includes(item)) findings.push(notListed(item));
  return { items, findings };
}

function notFound(entry: MigratorEntry): Finding {
  return releaseFinding({
    code: "release.file-missing",
    severity: "error",
    unknown: true,
    subject: { kind: "migration", name: entry.text },
    message: `The migrator lists ${entry.text}, which is not among the files.`,
    remedy: { text: "Name the folder of the whole migration crate." },
    source: entry.span,
  });
}

function notListed(item: Item): Finding {
  return releaseFinding({
    code: "release.file-left-out",
    severity: "warning",
    subject: { kind: "file", name: item.node.source.path },
    message: `${item.node.source.path} holds a migration that the migrator does not list, so it will not run.`,
    remedy: { text: "Add it to the list of the MigratorTrait, or remove it." },
    source: item.node.span,
  });
}

function withoutMigrator(all: readonly Item[]): Finding {
  return releaseFinding({
    code: "release.order-guessed",
    severity: "warning",
    subject: { kind: "release", name: "migrations" },
    message: "No list of a MigratorTrait is among the files; the migrations are taken in the order of their names.",
    remedy: { text: "Name the folder of the whole migration crate." },
    ...(all[0] ? { source: all[0].node.span } : {}),
  });
}

function severalMigrators(count: number): Finding {
  return releaseFinding({
    code: "release.migrators-several",
    severity: "error",
    unknown: true,
    subject: { kind: "release", name: "migrations" },
    message: `The folder holds ${count} migrators; which of them a tenant runs is not known.`,
    remedy: { text: "Name the folder of one migration crate." },
  });
}

function sameName(version: string, first: string, second: string): Finding {
  return releaseFinding({
    code: "release.version-twice",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: second },
    message: `The name ${version} stands twice: in ${first} and in ${second}. Only one of them can be recorded in the ledger.`,
    remedy: { text: "Give one of them a name of its own." },
    source: { file: second, line: 1, column: 1 },
  });
}
