import type { SourceFile } from "../../migration/source-file.js";

type Direction = "up" | "down";

/** What a file's path says about the script in it, outside any framework's rules. */
export interface ScriptName {
  readonly version: string;
  readonly name: string;
  /** Null: the path does not say, so it is a way up. */
  readonly direction: Direction | null;
  /** True when the version is a number or a date. */
  readonly numbered: boolean;
  /** True when the folder's other names give a direction or a number, and this one leaves it open. */
  readonly unsure: boolean;
}

const UP = "ups?|do|apply|forwards?|upgrade|deploy|migrate";
const GERMAN = "r(?:ü|u\\u0308|ue)ck(?:w(?:ä|a\\u0308|ae)rts|g(?:ä|a\\u0308|ae)ngig)|zur(?:ü|u\\u0308|ue)ck";
const DOWN = `downs?|undos?|roll[ _-]?backs?|reverts?|back[ _-]?outs?|downgrades?|reverse|inverse|backwards?|roll[ _-]?down|tear[ _-]?down|un-?apply|${GERMAN}`;
const WORD = new RegExp(`^(?:(${UP})|(${DOWN}))$`, "i");
const SUFFIX = new RegExp(`^(.+)[ _-]+(${UP}|${DOWN})$`, "i");
const CAMEL_SUFFIX = /^(.*[a-z0-9])(Up|Down|Undo|Rollback|RollBack|Revert|Backout|Downgrade|Teardown)$/;
const CAMEL_PREFIX = /^([dD]own|[uU]ndo|[rR]ollback|[rR]evert|[bB]ackout|[dD]owngrade|[tT]eardown)(?=[A-Z])(.+)$/;
const PREFIX = new RegExp(`^(${UP}|${DOWN})[ _-]+(.+)$`, "i");
/** Letters that stand for a direction before a number, as Flyway's do. */
const LETTER = /^([uUdD])(?=\d+(?:\.\d+)*(?:[._-]|$))/;
const DAY_AND_TIME = String.raw`\d{4}-\d{2}-\d{2}(?:[T_-]?\d{2}[:-]?\d{2}(?:[:-]?\d{2})?)?|\d{8}[_-]\d{6}`;
const VERSION = new RegExp(String.raw`^([vV]?(?:${DAY_AND_TIME}|\d+(?:\.\d+)*(?:T\d+Z?)?))(?=$|[._ -])[._ -]*(.*)$`);

interface Parts {
  readonly folder: string;
  readonly base: string;
  readonly direction: Direction | null;
}

/**
 * Reads the names of a folder's SQL files together. A word that may be part of a title (`0042_scale_down.sql`) counts as a direction only if another
 * file of the same version or title is next to it.
 */
export function scriptNames(files: readonly SourceFile[]): ReadonlyMap<SourceFile, ScriptName> {
  const parts = new Map(files.map((file) => [file, plainParts(file)]));
  const weak = new Map(files.map((file) => [file, weakParts(parts.get(file) as Parts)]));
  const partners = new Map<string, number>();
  for (const file of files) {
    const key = keyOf(weak.get(file) ?? (parts.get(file) as Parts));
    for (const each of new Set([key, key.replace(/\/[^/]*$/, "/*")])) partners.set(each, (partners.get(each) ?? 0) + 1);
  }
  const said = (file: SourceFile) => {
    const other = weak.get(file);
    return other && (partners.get(keyOf(other)) ?? 0) > 1 ? other : (parts.get(file) as Parts);
  };
  const directions = files.some((file) => said(file).direction !== null);
  const numbers = files.some((file) => nameOf(said(file)).numbered);
  return new Map(
    files.map((file) => {
      const name = nameOf(said(file));
      const maybeDown = directions && weak.get(file)?.direction === "down";
      return [file, { ...name, unsure: name.direction === null && (maybeDown || (numbers && !name.numbered)) }];
    }),
  );
}

/** A direction that is a part of its own: between dots, the whole name, or a folder's name. */
function plainParts(file: SourceFile): Parts {
  const stem = stemOf(file);
  const dotted = stem.split(".");
  const at = dotted.findLastIndex((part, index) => directionOf(part) !== null && (index > 0 || dotted.length > 1));
  if (at >= 0) {
    const base = dotted.filter((_, index) => index !== at).join(".");
    return { folder: file.folder, base, direction: directionOf(dotted[at] ?? "") };
  }
  const whole = directionOf(stem);
  const folders = file.folder.split("/").filter((part) => part !== "");
  if (whole) return { folder: folders.slice(0, -1).join("/"), base: folders.at(-1) ?? "", direction: whole };
  const named = folders.findLastIndex((part) => directionOf(part) !== null);
  if (named < 0) return { folder: file.folder, base: stem, direction: null };
  const rest = folders.filter((_, index) => index !== named).join("/");
  return { folder: rest, base: stem, direction: directionOf(folders[named] ?? "") };
}

/** The direction that a word at the start or end of the name may mean; null without one. */
function weakParts({ folder, base, direction }: Parts): Parts | null {
  if (direction) return null;
  const suffix = SUFFIX.exec(base) ?? CAMEL_SUFFIX.exec(base);
  if (suffix) return { folder, base: suffix[1] ?? "", direction: directionOf(suffix[2] ?? "") };
  const prefix = PREFIX.exec(base) ?? CAMEL_PREFIX.exec(base);
  if (prefix) return { folder, base: prefix[2] ?? "", direction: directionOf(prefix[1] ?? "") };
  return LETTER.test(base) ? { folder, base: base.slice(1), direction: "down" } : null;
}

/** The key under which a file and its partner are matched: version and title; a file named only for its version matches any title. */
function keyOf({ base, folder }: Parts): string {
  const match = VERSION.exec(base);
  return match ? `${versionKey(match[1] ?? "")}/${match[2] || "*"}` : `${folder}/${base}`;
}

/** One spelling for `V0001`, `0001` and `1`. */
export function versionKey(version: string): string {
  const bare = version.replace(/^[vV](?=\d)/, "");
  return /^\d+$/.test(bare) ? BigInt(bare).toString() : bare;
}

function nameOf({ base, direction, folder }: Parts): Omit<ScriptName, "unsure"> {
  const match = VERSION.exec(base);
  if (match) return { version: match[1] ?? "", name: match[2] || (match[1] ?? ""), direction, numbered: true };
  const whole = base === "" ? folder || "up" : base;
  return { version: whole, name: whole, direction, numbered: false };
}

function directionOf(word: string): Direction | null {
  const match = WORD.exec(word);
  return match ? (match[1] === undefined ? "down" : "up") : null;
}

function stemOf(file: SourceFile): string {
  return file.name.replace(/\.sql$/i, "");
}

/** True when the name starts with a version. */
export function isNumbered(file: SourceFile): boolean {
  return VERSION.test(stemOf(file));
}

/** True when the path itself says that the file undoes something. */
export function saysWayBack(file: SourceFile): boolean {
  return plainParts(file).direction === "down";
}

/** Words behind a direction that say no more: `x_down_script`, `x_rollback_2`. */
const BEHIND = /[ _.-]+(?:migrations?|scripts?|sql|files?|steps?|final|copy|v?\d+)$/i;
/** Titles of what is removed for good: `drop_rollback`, `remove_drop_down`. */
const REMOVAL = /^(?:drops?|removes?|deletes?|del|rm|purges?|clears?|cleans?|truncates?|discards?)[ _.-]/i;

/** A migration's title that says, at its start or its end, that it takes something back. */
export interface TitledWayBack {
  /** The rest of the title, in one spelling; empty when there is no more. */
  readonly of: string;
  /** True when the rest says that something is removed, so that the word may belong to what is. */
  readonly removes: boolean;
  /** True when it begins with a verb (`revert_x`), as the title of a migration that is meant to run may. */
  readonly verb: boolean;
}

const VERB = /^(?:undo|roll[ _-]?back|revert|reverse|back[ _-]?out|un-?apply)(?:[ _-]|(?=[A-Z]))/i;

/** Null when a title does not say that it takes something back. `0042_scale_down` does, though it may mean something else. */
export function titledWayBack(title: string): TitledWayBack | null {
  const bare = bareTitle(title);
  if (directionOf(bare) === "down") return { of: "", removes: false, verb: false };
  const parts = weakParts({ folder: "", base: bare.replaceAll(".", "_"), direction: null });
  if (parts?.direction !== "down" || LETTER.test(bare)) return null;
  return { of: oneSpelling(parts.base), removes: REMOVAL.test(bare), verb: VERB.test(bare) };
}

/** A title in one spelling, without a direction at its start or end. */
export function withoutDirection(title: string): string {
  const bare = bareTitle(title);
  return oneSpelling(weakParts({ folder: "", base: bare.replaceAll(".", "_"), direction: null })?.base ?? bare);
}

/** Without the version that some conventions leave in it, and without words that say nothing. */
function bareTitle(title: string): string {
  const bare = title.replace(/^m?\d[\d._-]*_(?=\D)/, "");
  return BEHIND.test(bare) ? bareTitle(bare.replace(BEHIND, "")) : bare;
}

function oneSpelling(title: string): string {
  return title
    .replace(/([a-z0-9])(?=[A-Z])/g, "$1_")
    .replace(/[ _.-]+/g, "_")
    .replace(/^_|_$/g, "")
    .toLowerCase();
}

const DATA = /^(seeds?|seeders?|seeding|fixtures?|test-?data|samples?|demo)$/i;

/** True when a folder's name says that what it holds is data for developers, whatever the files are called. */
export function isInDataFolder(file: SourceFile): boolean {
  return file.folder.split("/").some((part) => DATA.test(part));
}

/** What a file without a number looks like, when it does not look like a migration. */
export function roleOf(file: SourceFile): string | null {
  const folders = file.folder.split("/");
  const stem = stemOf(file);
  if (weakParts({ folder: "", base: stem, direction: null })?.direction === "down") return "a way back";
  if (saysWayBack(file)) return "a way back";
  if (/^(before|after|pre|post|on)(?=[A-Z_-])|^callbacks?$|^hooks?$/i.test(stem)) return "a callback";
  const words = [...folders, ...stem.split(/[._ -]+/)].map((word) => word.toLowerCase());
  if (words.some((word) => /^(callbacks?|hooks?)$/.test(word))) return "a callback";
  if (words.some((word) => DATA.test(word))) return "seed data";
  if (words.some((word) => /^(verify|verification|tests?|checks?)$/.test(word))) return "a check";
  return null;
}
