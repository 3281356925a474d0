import type { Finding } from "../../finding.js";
import { type Convention, inFolder, manifestSign, type ScriptSource, signOf } from "../../migration/convention.js";
import type { SourceFile } from "../../migration/source-file.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { flatFolder } from "./flat-folder.js";
import { compareText } from "./order.js";
import { notSupported, refusedByFramework } from "./refusals.js";
import { pathLike, writtenPair } from "./written.js";

const UP = /^\s*--[\s-]*up\s+migration/im;
const DOWN = /^\s*--[\s-]*down\s+migration/im;
const PAIR = /\.(up|down)\.sql$/;

/**
 * node-pg-migrate's SQL files: what follows the first `-- Up Migration` up to `-- Down Migration`, or the whole file where no line says up. Its
 * ledger keeps the file's name without its extension. To its newer loader `.up.sql` and `.down.sql` are a pair, to the older one two migrations; they
 * count as a pair where all files are pairs. Source: node-pg-migrate 9.0.0 `sqlMigration.ts`, `migrationLoader.ts`, `comparators.ts`.
 */
export const nodePgMigrate: Convention = {
  id: "node-pg-migrate",
  signs(files) {
    const sql = inFolder(files).filter((file) => file.name.endsWith(".sql"));
    const manifest = manifestSign(files, /^package\.json$/, /"node-pg-migrate"/);
    const marked = sql.filter((file) => UP.test(file.text));
    const named = sql.filter((file) => /^\d+/.test(file.name));
    if (marked.length === 0 && (manifest.length === 0 || named.length === 0)) return [];
    return [
      ...signOf("mark", "`-- Up Migration`", marked),
      ...manifest,
      ...signOf("names", "`<number>_<name>.sql`", named),
    ];
  },
  compare: compareNames,
  read(files) {
    const flat = flatFolder(files, (file) => file.name.endsWith(".sql") && !file.name.startsWith("."));
    const pairs = flat.files.filter((file) => PAIR.test(file.name));
    const mixed = pairs.length > 0 && (pairs.length < flat.files.length || pairs.some((file) => marked(file)));
    const found = flat.files.flatMap((file) => (PAIR.test(file.name) ? (mixed ? [] : [half(file)]) : halves(file)));
    const paired = pairScripts(found, () => null);
    return {
      ...paired,
      findings: [
        ...flat.findings,
        ...(mixed ? pairs.map(dependsOnLoader) : []),
        ...flat.files.filter((file) => !/^\d/.test(file.name)).map(withoutNumber),
        ...paired.findings,
      ],
      context: [],
    };
  },
  write(migration, like) {
    if (migration.transaction === "none") return null;
    const path = pathLike(like, migration);
    if (path === null || PAIR.test(path)) return path === null ? null : writtenPair(migration, like);
    const down = migration.down === null ? "" : `\n-- Down Migration\n${migration.down}`;
    return [{ path, text: `-- Up Migration\n${migration.up}${down}` }];
  },
};

function marked(file: SourceFile): boolean {
  return UP.test(file.text) || DOWN.test(file.text);
}

function half(file: SourceFile): FoundScript {
  const version = file.name.replace(PAIR, "");
  const direction = file.name.endsWith(".down.sql") ? "down" : "up";
  return { version, name: titleOf(version), direction, script: { file, transaction: "single" } };
}

function halves(file: SourceFile): readonly FoundScript[] {
  const version = file.name.slice(0, -".sql".length);
  const { text } = file;
  const up = text.search(UP);
  const down = text.search(DOWN);
  const all: ScriptSource = { file, transaction: "single" };
  const stretch = (start: number, other: number): ScriptSource =>
    start < 0 ? all : { ...all, start, end: other < start ? text.length : other };
  const named = { version, name: titleOf(version) };
  const ways: FoundScript[] = [{ ...named, direction: "up", script: stretch(up, down) }];
  if (down >= 0) ways.push({ ...named, direction: "down", script: stretch(down, up) });
  return ways;
}

function titleOf(version: string): string {
  return version.replace(/^\d+[_-]/, "");
}

function dependsOnLoader(file: SourceFile): Finding {
  const why = "next to files of another kind its loader decides whether it is half of a pair or a migration of its own";
  return notSupported(file, why);
}

function withoutNumber(file: SourceFile): Finding {
  return refusedByFramework(file, "node-pg-migrate", "its name begins with no number");
}

/** By the leading number, where 17 digits are a date in UTC, and then by name. */
function compareNames(a: string, b: string): number {
  const order = numberOf(a) - numberOf(b);
  return order !== 0 && !Number.isNaN(order) ? order : compareText(a, b);
}

function numberOf(name: string): number {
  const digits = /^\d+/.exec(name)?.[0] ?? "";
  const date = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(digits);
  if (!date) return digits === "" ? Number.NaN : Number(digits);
  const [, year, month, day, hour, minute, second, ms] = date.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second, ms);
}
