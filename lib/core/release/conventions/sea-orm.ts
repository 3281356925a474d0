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
import type { Value } from "../../rust/evaluate/value.js";
import { crateOf } from "../../rust/parsed-file.js";
import { type Migrator, type MigratorEntry, methodValue, migratorsOf } from "../../rust/sea-orm/migrator.js";
import type { Crate } from "../../rust/syntax/crate.js";
import type { Item } from "../../rust/syntax/items.js";
import { compareText } from "./order.js";

/**
 * SeaORM: the list in the `MigratorTrait` gives the order, and a migration's name is its file's, unless the code names it. Source: sea-orm-migration
 * `migrator.rs`.
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
    const all = crate.all("impl").filter((item) => item.trait === "MigrationTrait" && item.type !== null);
    const migrators = migratorsOf(crate);
    const untold = migrators.filter((migrator) => migrator.untold !== null);
    const entries = migrators.flatMap((migrator) => migrator.entries);
    const isFirst = ({ struct }: MigratorEntry, at: number) =>
      entries.findIndex((each) => each.struct === struct) === at;
    // Several migrators may share migrations that each of them lists.
    const listed = migrators.length > 1 ? entries.filter(isFirst) : entries;
    const ordered =
      migrators.length > 0
        ? inOrder(crate, all, listed, untold.length > 0)
        : { items: byName(all), findings: [withoutMigrator(all)] };
    const findings = [
      ...ordered.findings,
      ...untold.map(listNotKnown),
      ...migrators.flatMap(({ others }) => others.flatMap((item) => ownMethod(crate, item))),
      ...(migrators.length > 1 ? [severalMigrators(migrators.length)] : []),
    ];
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
    const named = nameOfMigration(crate, item);
    if (named === null) twice.push(nameNotKnown(item));
    const version = named ?? stemOfFile(item);
    const other = seen.get(version);
    if (other !== undefined) twice.push(sameName(version, other, file.path));
    if (other !== undefined) return [];
    seen.set(version, file.path);
    const name = version.replace(/^m\d{8}_\d{6}_/, "");
    const down = methodOf(crate, item, "down") ? script(file, item, "down") : null;
    return [{ version, name, up: script(file, item, "up"), down, checksum: null }];
  });
  return { migrations, findings: [...findings, ...twice], context: namedInCode([...byPath.values()]) };
}

/** The code, and the SQL that it names, as with `include_str!`. Other SQL files may be migrations that something else runs. */
function namedInCode(files: readonly SourceFile[]): readonly SourceFile[] {
  const code = files.filter((file) => file.name.endsWith(".rs"));
  return files.filter((file) => file.name.endsWith(".rs") || code.some(({ text }) => text.includes(file.name)));
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
  return crate.methods(impl).find((item) => item.name === name) ?? null;
}

/** The text that `fn name(&self)` returns, or the file's stem. Null when the text is unknown. */
function nameOfMigration(crate: Crate, impl: Item): string | null {
  const written = crate
    .all("impl")
    .filter((item) => item.trait === "MigrationName" && item.type === impl.type && inFileOf(item, impl))
    .flatMap((item) => methodOf(crate, item, "name") ?? []);
  const method = methodOf(crate, impl, "name") ?? written[0];
  if (!method) return stemOfFile(impl);
  const { value } = methodValue(crate, method);
  return value?.kind === "text" ? value.text : null;
}

function inFileOf(a: Item, b: Item): boolean {
  return a.node.source.path === b.node.source.path;
}

function stemOfFile(impl: Item): string {
  return (impl.node.source.path.split("/").at(-1) ?? "").replace(/\.rs$/, "");
}

function byName(items: readonly Item[]): readonly Item[] {
  return [...items].sort((a, b) => compareText(a.node.source.path, b.node.source.path));
}

/** The migrations that the migrator lists, in its order; the others never run. All of them when the list is unknown. */
function inOrder(
  crate: Crate,
  all: readonly Item[],
  entries: readonly MigratorEntry[],
  untold: boolean,
): { items: readonly Item[]; findings: readonly Finding[] } {
  const items: Item[] = [];
  const findings: Finding[] = [];
  for (const { struct, ...entry } of entries) {
    // A migration may come from another crate in the repository.
    const found = struct ? crate.implsOf(struct).filter((item) => item.trait === "MigrationTrait") : [];
    const [only] = found;
    if (!only || found.length > 1) findings.push(notFound(entry));
    // The migrator reads its ledger once, before the first migration: a duplicate runs again, and the ledger refuses its name.
    else if (items.includes(only)) findings.push(listedTwice(entry));
    else items.push(only);
  }
  if (untold) return { items: byName(all), findings };
  for (const item of all) if (!items.includes(item)) findings.push(notListed(item));
  return { items, findings };
}

function notFound(entry: Pick<MigratorEntry, "text" | "span">): Finding {
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

function listedTwice(entry: Pick<MigratorEntry, "text" | "span">): Finding {
  return releaseFinding({
    code: "release.version-twice",
    severity: "error",
    subject: { kind: "migration", name: entry.text },
    message: `The migrator lists ${entry.text} twice. It runs twice in one go, and the ledger refuses its name the second time.`,
    remedy: { text: "List it once." },
    source: entry.span,
  });
}

function listNotKnown({ untold, span }: Migrator): Finding {
  return releaseFinding({
    code: "release.migrator-unread",
    severity: "error",
    unknown: true,
    subject: { kind: "release", name: "migrations" },
    message: `Which migrations the migrator runs, and in which order, cannot be told from its code: ${untold}.`,
    remedy: { text: "Write the list so that it depends on nothing but the code." },
    source: span,
  });
}

/** The trait's own methods decide what runs and where it is recorded; a migrator may replace them. */
function ownMethod(crate: Crate, item: Item): readonly Finding[] {
  const { value } = item.name === "migration_table_name" ? methodValue(crate, item) : { value: null };
  if (value && tableNamed(value) === LEDGER) return [];
  return [
    releaseFinding({
      code: "release.not-supported",
      severity: "error",
      unknown: true,
      subject: { kind: "release", name: "migrations" },
      message: `The migrator has its own ${item.name}, which ${item.name === "migration_table_name" ? `records migrations in another table than ${LEDGER}` : "changes how migrations run"}.`,
      remedy: { text: `Leave ${item.name} to the MigratorTrait.` },
      source: item.node.span,
    }),
  ];
}

const LEDGER = "seaql_migrations";

/** `Alias::new("…").into_iden()`. */
function tableNamed(value: Value): string | null {
  const [name] = value.kind === "term" && value.head.at(-1) === "new" ? value.args : [];
  return name?.kind === "text" ? name.text : null;
}

function nameNotKnown(item: Item): Finding {
  return releaseFinding({
    code: "release.version-unread",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: item.node.source.path },
    message: `The name under which the migration in ${item.node.source.path} is recorded cannot be told from its code.`,
    remedy: { text: "Make name() return a string." },
    source: item.node.span,
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
    message: `The folder holds ${count} migrators; it is unknown which of them a tenant runs.`,
    remedy: { text: "Name the folder of one migration crate." },
  });
}

function sameName(version: string, first: string, second: string): Finding {
  return releaseFinding({
    code: "release.version-twice",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: second },
    message: `The name ${version} exists twice: in ${first} and in ${second}. Only one of them can be recorded in the ledger.`,
    remedy: { text: "Give one of them a name of its own." },
    source: { file: second, line: 1, column: 1 },
  });
}
