import type { ColumnObject } from "../../catalog/catalog.js";

const CAST = /::[\w".\s]+(\(\d+(,\s*\d+)?\))?(\[\])*/g;
const CALL = /[\w"]\s*\(|\b(current_\w+|session_user|user|localtime\w*)\b/i;

/** The column's value when nobody writes it, as SQL; null for NULL, `unknown` where it may differ from row to row. */
export function constantDefault({ attributes }: ColumnObject): string | "unknown" | null {
  if (attributes.identity !== "") return "unknown";
  if (attributes.default === null) return null;
  const bare = attributes.default.replaceAll(/E?'(?:[^']|'')*'/g, "''").replaceAll(CAST, "");
  return CALL.test(bare) ? "unknown" : attributes.default;
}
