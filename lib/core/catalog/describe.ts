import { capitalized } from "../capitalized.js";
import type { Json } from "../json.js";
import type { RawDifference } from "./compare.js";
import { privilegesApart } from "./privileges.js";

/** What a catalog is compared with: what is declared, or what it was before a release. */
export type Against = "declared" | "before";

/** One sentence that says what is, and what should be. */
export function describeDifference(difference: RawDifference, subject: string, against: Against = "declared"): string {
  const { change, kind, attribute, actual, declared } = difference;
  const name = `${capitalized(kind)} ${subject}`;
  const should = against === "before" ? "it was" : "it is declared";
  if (change === "missing") return `${name} is missing.`;
  if (change === "unexpected")
    return against === "before" ? `${name} was not there before.` : `${name} is not declared.`;
  if (kind === "column" && attribute === "notNull")
    return actual === true ? `${name} is NOT NULL; ${should} nullable.` : `${name} is nullable; ${should} NOT NULL.`;
  if (kind === "index" && attribute === "valid")
    return actual === true ? `${name} is valid; ${should} invalid.` : `${name} is invalid: its build did not finish.`;
  if (kind === "constraint" && attribute === "validated")
    return actual === true ? `${name} is validated; ${should} NOT VALID.` : `${name} is not validated.`;
  const [is, was] =
    attribute === "privileges" ? privilegesApart(kind, actual, declared) : shortened(show(actual), show(declared));
  return `${name} has ${words(attribute ?? "")} ${is}; ${against === "before" ? "before it was" : "declared is"} ${was}.`;
}

/** A NOT NULL that exists under another name. */
export function describeName(
  { change, id }: RawDifference,
  subject: string,
  otherName: string,
  against: Against = "declared",
): string {
  const [is, should] = change === "missing" ? [otherName, id.name] : [id.name, otherName];
  const table = subject.slice(0, subject.length - id.name.length - 1);
  return `A NOT NULL of ${table} is named ${is}; ${against === "before" ? "before it was" : "declared is"} ${should}.`;
}

/** Both sides of a changed attribute: `NOT NULL` and `nullable`, `storage external` and `storage plain`. */
export function attributeTexts(
  { kind, actual, declared }: RawDifference,
  attribute: string,
): readonly [actual: string, declared: string] {
  if (attribute === "notNull") return [nullability(actual), nullability(declared)];
  const [is, should] =
    attribute === "privileges" ? privilegesApart(kind, actual, declared) : [cut(show(actual)), cut(show(declared))];
  return [`${words(attribute)} ${is}`, `${words(attribute)} ${should}`];
}

function nullability(notNull: Json): string {
  return notNull === true ? "NOT NULL" : "nullable";
}

/** `partitionKey` reads "partition key". */
function words(attribute: string): string {
  return attribute.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const LONGEST = 200;
/** Number of equal characters shown around the part that differs. */
const AROUND = 24;

/** Shortens two long texts to where they differ. */
function shortened(is: string, should: string): readonly [string, string] {
  if (is.length <= LONGEST && should.length <= LONGEST) return [is, should];
  const least = Math.min(is.length, should.length);
  let start = 0;
  while (start < least && is[start] === should[start]) start++;
  let end = 0;
  while (end < least - start && is[is.length - 1 - end] === should[should.length - 1 - end]) end++;
  return [part(is, start, end), part(should, start, end)];
}

function part(text: string, start: number, end: number): string {
  const [from, to] = [Math.max(0, start - AROUND), Math.min(text.length, text.length - end + AROUND)];
  const middle = cut(text.slice(from, to));
  return `${from > 0 ? "…" : ""}${middle}${to < text.length ? "…" : ""}`;
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}

function show(value: Json): string {
  if (value === null || value === "") return "none";
  if (Array.isArray(value) && value.length === 0) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}
