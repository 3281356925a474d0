import type { Json } from "../../json.js";
import type { RawDifference } from "../compare.js";

/** What is created first, so that what needs it can follow; dropping goes the other way round. */
const ORDER: readonly string[] = [
  "schema",
  "extension",
  "language",
  "type",
  "domain",
  "sequence",
  "table",
  "column",
  "function",
  "view",
  "materialized view",
  "constraint",
  "index",
  "rule",
  "trigger",
  "policy",
];

/** The position of a repair among others that do not need each other. */
export function rankOf(difference: RawDifference): number {
  const { kind, change } = difference;
  const after = later(difference);
  const place = ORDER.indexOf(kind) === -1 ? ORDER.length : ORDER.indexOf(kind);
  return change === "unexpected" ? -1 - place - after : place + after;
}

/** Between -1 and 1: its position among those of its kind. */
function later({ kind, attribute, declared, actual }: RawDifference): number {
  const content = declared ?? actual;
  const has = (name: string) =>
    typeof content === "object" && content !== null && name in content ? (content as Record<string, Json>)[name] : null;
  // A foreign key needs the key that it points at, and a partition's index needs its parent's.
  if (kind === "constraint") return has("type") === "f" ? 0.5 : 0;
  if (kind === "index") return attribute === "attachedTo" ? 0.7 : typeof has("attachedTo") === "string" ? 0.5 : 0;
  // An identity needs NOT NULL and no default.
  if (kind === "column" && attribute === "notNull") return declared === true ? 0 : 0.5;
  if (kind === "column" && attribute === "identity") return declared === "" ? -0.3 : 0.3;
  return 0;
}
