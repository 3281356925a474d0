import type { Json } from "../json.js";
import type { RawDifference } from "./compare.js";

/** One sentence that says what is, and what should be. */
export function describeDifference(difference: RawDifference, subject: string): string {
  const { change, kind, attribute, actual, declared } = difference;
  const name = `${capital(kind)} ${subject}`;
  if (change === "missing") return `${name} is missing.`;
  if (change === "unexpected") return `${name} is not declared.`;
  if (kind === "column" && attribute === "notNull")
    return actual === true
      ? `${name} is NOT NULL; it is declared nullable.`
      : `${name} is nullable; it is declared NOT NULL.`;
  if (kind === "index" && attribute === "valid")
    return actual === true
      ? `${name} is valid; it is declared invalid.`
      : `${name} is invalid: its build did not finish.`;
  if (kind === "constraint" && attribute === "validated")
    return actual === true ? `${name} is validated; it is declared NOT VALID.` : `${name} is not validated.`;
  return `${name} has ${words(attribute ?? "")} ${show(actual)}; declared is ${show(declared)}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `partitionKey` reads "partition key". */
/** One side of a changed attribute: `NOT NULL`, `storage external`. */
export function attributeText(attribute: string, value: Json): string {
  if (attribute === "notNull") return value === true ? "NOT NULL" : "nullable";
  return `${words(attribute)} ${show(value)}`;
}

function words(attribute: string): string {
  return attribute.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const LONGEST = 200;

function show(value: Json): string {
  if (value === null || value === "") return "none";
  if (Array.isArray(value) && value.length === 0) return "none";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}
