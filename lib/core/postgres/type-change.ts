import { builtInName } from "../sql/type-name.js";

/**
 * Whether PostgreSQL keeps the heap when a column changes its type: the old values are valid in the new type bit by bit
 * (manual, ALTER TABLE, Notes: "binary coercible"; measured in the tests). Types as `format_type` or the parser spells them.
 */
export function keepsHeap(from: string, to: string): boolean {
  const old = parseType(from);
  const next = parseType(to);
  if (old === null || next === null) return false;
  if (old.base === next.base) return widens(old.base, old.modifiers, next.modifiers);
  const text = (base: string) => base === "text" || base === "character varying" || base === "citext";
  if (text(old.base) && text(next.base)) return next.modifiers.length === 0;
  return (old.base === "cidr" && next.base === "inet") || (old.base === "xml" && next.base === "text");
}

interface ParsedType {
  readonly base: string;
  readonly modifiers: readonly number[];
}

/** `format_type`'s spelling of a type's name, modifiers apart; null for what does not look like a type. */
export function parseType(text: string): ParsedType | null {
  const match = /^\s*([^()]+?)\s*(?:\(([^)]*)\))?\s*((?:with|without) time zone)?\s*((?:\[\d*\])*)\s*$/i.exec(text);
  if (!match) return null;
  const [, name = "", modifiers, zone, array = ""] = match;
  const plain = name
    .toLowerCase()
    .replace(/^pg_catalog\./, "")
    .replace(/^public\.(?=citext$)/, "")
    .replaceAll('"', "");
  const base = builtInName(plain);
  const whole = zone ? `${base.replace(/ (with|without) time zone$/, "")} ${zone.toLowerCase()}` : base;
  return { base: `${whole}${array}`, modifiers: (modifiers ?? "").split(",").filter(Boolean).map(Number) };
}

/** Same type, other modifiers. */
function widens(base: string, from: readonly number[], to: readonly number[]): boolean {
  if (from.length === to.length && from.every((value, at) => value === to[at])) return true;
  const [oldLength = Number.POSITIVE_INFINITY, oldScale = 0] = from;
  const [newLength = Number.POSITIVE_INFINITY, newScale = 0] = to;
  switch (base) {
    case "character varying":
    case "bit varying":
      return newLength >= oldLength;
    case "numeric":
      return to.length === 0 || (from.length > 0 && newScale === oldScale && newLength >= oldLength);
    case "timestamp without time zone":
    case "timestamp with time zone":
    case "time without time zone":
    case "time with time zone":
    case "interval":
      return Math.min(newLength, 6) >= Math.min(oldLength, 6);
    default:
      return false;
  }
}
