import { builtInName } from "../sql/type-name.js";

/**
 * What ALTER COLUMN TYPE does to a heap. `kept in UTC`: kept while the session's TimeZone is UTC, otherwise rewritten.
 * Source: ATColumnChangeRequiresRewrite and the support functions of the length casts; every pair of built-in types is measured
 * in test/core/postgres/type-change.test.ts.
 */
export type HeapChange = "kept" | "rewritten" | "kept in UTC";

/**
 * What a change between two types does, without USING or with a cast that says no more than the new type. Types as `format_type` or the parser spells
 * them. A type that is not built in is assumed to rewrite.
 */
export function heapChange(from: string, to: string): HeapChange {
  const old = parseType(from);
  const next = parseType(to);
  if (old === null || next === null) return "rewritten";
  if (old.base === next.base) return covers(old, next) ? "kept" : "rewritten";
  // An array's elements are converted one by one even if each would stay as it is.
  if (old.base.endsWith("[]") || next.base.endsWith("[]")) return "rewritten";
  if (isTimestamp(old) && isTimestamp(next)) return fullPrecision(next) ? "kept in UTC" : "rewritten";
  const interval = /^interval\b/;
  if (interval.test(old.base) && interval.test(next.base)) return coversInterval(old, next) ? "kept" : "rewritten";
  return next.modifiers.length === 0 && storedAlike(old.base, next.base) ? "kept" : "rewritten";
}

/** Whether the heap is kept whatever the session's settings. */
export function keepsHeap(from: string, to: string): boolean {
  return heapChange(from, to) === "kept";
}

export interface ParsedType {
  readonly base: string;
  readonly modifiers: readonly number[];
}

/**
 * `format_type`'s spelling of a type's name, without modifiers; null for what does not look like a type. `char` by itself is one character long,
 * `bpchar` any length.
 */
export function parseType(text: string): ParsedType | null {
  const match = /^\s*([^()]+?)\s*(?:\(([^)]*)\))?\s*((?:with|without) time zone)?\s*((?:\[\d*\])*)\s*$/i.exec(text);
  if (!match) return null;
  const [, name = "", modifiers, zone, array = ""] = match;
  const plain = name
    .toLowerCase()
    .replace(/^pg_catalog\./, "")
    .replace(/^public\.(?=citext$)/, "");
  const base = builtInName(plain.replaceAll('"', ""));
  const whole = zone ? `${base.replace(/ (with|without) time zone$/, "")} ${zone.toLowerCase()}` : base;
  const given = (modifiers ?? "").split(",").filter(Boolean).map(Number);
  const one = given.length === 0 && (plain === "char" || plain === "character" || plain === "bit");
  const internal = plain === '"char"';
  return {
    base: `${internal ? '"char"' : whole}${array.replace(/\d+/g, "")}`,
    modifiers: one ? [1] : given,
  };
}

/** Unbounded text types share one stored form. From bpchar the server trims, so it is never the source. */
const TEXTS: ReadonlySet<string> = new Set(["text", "character varying", "citext", "xml", "character"]);
const OIDS: ReadonlySet<string> = new Set(
  `regclass regcollation regconfig regdatabase regdictionary regnamespace regoper regoperator regproc regprocedure regrole regtype`.split(
    " ",
  ),
);
const PAIRS: ReadonlySet<string> = new Set([
  "cidr>inet",
  "bit>bit varying",
  "regoper>regoperator",
  "regoperator>regoper",
  "regproc>regprocedure",
  "regprocedure>regproc",
  "bigint>oid8",
  "oid8>bigint",
]);

/** Binary coercible by an assignment cast (pg_cast.castmethod = 'b'), whatever the old modifiers. */
function storedAlike(from: string, to: string): boolean {
  if (TEXTS.has(from) && TEXTS.has(to))
    return from !== "character" && to !== "xml" && !(from === "xml" && to === "citext");
  const integer = (name: string) => name === "integer" || name === "oid";
  if (integer(from) && (integer(to) || OIDS.has(to))) return true;
  return (OIDS.has(from) && integer(to)) || PAIRS.has(`${from}>${to}`);
}

function isTimestamp({ base }: ParsedType): boolean {
  return base === "timestamp without time zone" || base === "timestamp with time zone";
}

function fullPrecision({ modifiers: [precision] }: ParsedType): boolean {
  return precision === undefined || precision >= 6;
}

/** Same type, different modifiers: whether every old value stays as it is. */
function covers(old: ParsedType, next: ParsedType): boolean {
  const [from, to] = [old.modifiers, next.modifiers];
  if (from.length === to.length && from.every((value, at) => value === to[at])) return true;
  if (to.length === 0) return true;
  const [oldLength = Number.POSITIVE_INFINITY, oldScale = 0] = from;
  const [newLength = Number.POSITIVE_INFINITY, newScale = 0] = to;
  switch (old.base) {
    case "character varying":
    case "bit varying":
      return newLength >= oldLength;
    case "numeric":
      return from.length > 0 && newScale === oldScale && newLength >= oldLength;
    case "timestamp without time zone":
    case "timestamp with time zone":
    case "time without time zone":
    case "time with time zone":
      return Math.min(newLength, 6) >= Math.min(oldLength, 6);
    default:
      return /^interval\b/.test(old.base) && !old.base.endsWith("[]") && coversInterval(old, next);
  }
}

const FIELDS = ["second", "minute", "hour", "day", "month", "year"];

/** interval_support: the smallest field of the new type is no coarser, and seconds keep their digits. */
function coversInterval(old: ParsedType, next: ParsedType): boolean {
  const least = ({ base }: ParsedType) => Math.max(0, FIELDS.indexOf(base.split(" ").at(-1) ?? ""));
  const digits = ({ modifiers: [precision = 6] }: ParsedType) => Math.min(precision, 6);
  return least(next) <= least(old) && (least(old) > 0 || digits(next) >= digits(old));
}
