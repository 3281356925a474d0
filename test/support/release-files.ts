import type { ReleaseFile } from "../../lib/core/migration/source-file.js";

/** Files of a release from their texts, by path. */
export function filesOf(texts: Readonly<Record<string, string | Uint8Array>>): ReleaseFile[] {
  return Object.entries(texts).map(([path, text]) => ({
    path,
    bytes: typeof text === "string" ? Buffer.from(text, "utf8") : text,
  }));
}
