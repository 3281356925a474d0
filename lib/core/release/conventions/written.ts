import type { Like, NewMigration, WrittenFile } from "../../migration/convention.js";
import { splitSql } from "../../sql/split.js";

/** Where the version is in a path, and what is around it. */
export interface NamedPath {
  /** What comes before the version: folders, Flyway's `V`. */
  readonly before: string;
  readonly version: string;
  readonly separator: string;
  readonly name: string;
  /** From the end of the name on: `.up.sql`, `/up.sql`. */
  readonly ending: string;
}

const LEAF =
  /^([A-Za-z]?)(\d{4}-\d{2}-\d{2}-\d{6}|\d{8}[T_-]?\d{6}|\d+(?:\.\d+)*)(__|[_. -])(.*?)((?:\.(?:up|down|do|undo))?\.sql|\/(?:up|migration)\.sql)$/i;

/** The parts of a way up's path; null if its name does not start with a number. */
export function namedPath(path: string): NamedPath | null {
  const folderLeaf = /\/(?:up|migration)\.sql$/.test(path);
  const cut = folderLeaf ? path.lastIndexOf("/", path.lastIndexOf("/") - 1) : path.lastIndexOf("/");
  const match = LEAF.exec(path.slice(cut + 1));
  if (!match) return null;
  const [, letter = "", version = "", separator = "", name = "", ending = ""] = match;
  return { before: path.slice(0, cut + 1) + letter, version, separator, name, ending };
}

/** The same place with another version and name; null if the path of `like` has no leading number. */
export function pathLike(like: Like, { version, name }: Pick<NewMigration, "version" | "name">): string | null {
  const at = namedPath(like.path);
  return at && `${at.before}${version}${at.separator}${name}${at.ending}`;
}

/** One file for the way up and, if there is a way back, a second one next to it, like `.up.sql` and `.down.sql`. */
export function writtenPair(
  migration: NewMigration,
  like: Like,
  frame: (text: string) => string = (text) => text,
): readonly WrittenFile[] | null {
  const path = pathLike(like, migration);
  if (path === null) return null;
  const isPair = /\.up\.sql$/i.test(path);
  const down = migration.down !== null && isPair ? migration.down : null;
  return [
    { path, text: frame(migration.up) },
    ...(down === null ? [] : [{ path: path.replace(/\.up\.sql$/i, ".down.sql"), text: down }]),
  ];
}

/** How many statements a text contains. */
export function statementCount(text: string): number {
  return splitSql(text).pieces.length;
}

const DAY = 86_400_000;

/** The next version, with as many digits: a second (or minute) later if it is a time. Null when there is no room. */
export function nextVersion(version: string): string | null {
  const parts = /^(.*\.)(\d+)$/.exec(version);
  if (parts) return `${parts[1]}${counted(parts[2] ?? "")}`;
  const digits = version.replace(/\D/g, "");
  const next = later(digits) ?? counted(digits);
  if (version.length !== digits.length && next.length !== digits.length) return null;
  let at = 0;
  return version.length === digits.length ? next : version.replace(/\d/g, () => next[at++] ?? "");
}

function counted(digits: string): string {
  return (BigInt(digits) + 1n).toString().padStart(digits.length, "0");
}

/** Null for what is not a time: 14 digits with seconds, 12 without. */
function later(digits: string): string | null {
  const match = /^(20\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?$/.exec(digits);
  if (!match) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = match.slice(1, 6).map(Number);
  const seconds = match[6];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59) return null;
  const time =
    Date.UTC(year, month - 1, day, hour, minute, Number(seconds ?? 0)) + (seconds === undefined ? 60_000 : 1000);
  if (!(time > -DAY)) return null;
  const text = new Date(time).toISOString().replace(/\D/g, "");
  return text.slice(0, digits.length);
}
