import type { SourceFile } from "../../migration/source-file.js";
import type { Dialect } from "./column-types.js";

const MANIFEST = /^\s*(?:sea-orm-migration|sea-orm|sea-query)\s*=\s*(?:"([^"]+)"|\{([^}]*)\})/gm;
const TABLE = /^\s*\[(?:workspace\.)?dependencies\.(?:sea-orm-migration|sea-orm|sea-query)\]([^[]*)/gm;

/**
 * Which SQL the project's sea-query writes, from the manifests among the files: since sea-orm 2.0 (sea-query 1.0) auto-increment columns are identity
 * columns, unless the feature for serial types is on. Without a manifest: as before 2.0.
 */
export function dialectOf(files: readonly SourceFile[]): Dialect {
  const manifests = files.filter((file) => file.name === "Cargo.toml").map((file) => file.text);
  const written = manifests.flatMap((text) => [
    ...[...text.matchAll(MANIFEST)].map((match) => match[1] ?? match[2] ?? ""),
    ...[...text.matchAll(TABLE)].map((match) => match[1] ?? ""),
  ]);
  const serial = manifests.some((text) => text.includes("postgres-use-serial"));
  const major = written
    .map((entry) => /(?:version\s*=\s*"|^)[\^~=>\s]*(\d+)/.exec(entry)?.[1])
    .find((each) => each !== undefined);
  const lastCounts = Number(major ?? 1) >= 2;
  return { identity: lastCounts && !serial, lastCounts };
}
