import { CatalogFormatError } from "./fields.js";

const NAME = `(?:"(?:[^"]|"")+"|[^".]+)`;
const QUALIFIED = new RegExp(`^(${NAME})\\.(${NAME})$`, "s");

/** `schema.name` as the server prints it, each part in quotes where it needs them. */
export function splitQualified(text: string): { readonly schema: string; readonly name: string } {
  const match = QUALIFIED.exec(text);
  if (!match) throw new CatalogFormatError(`a name without its schema: ${text}`);
  return { schema: unquote(match[1] ?? ""), name: unquote(match[2] ?? "") };
}

export function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
