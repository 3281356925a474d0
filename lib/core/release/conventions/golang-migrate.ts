import { type Convention, inFolder, manifestSign, signOf } from "../../migration/convention.js";
import { readIntegerNamed } from "./integer-named.js";
import { compareVersions } from "./order.js";
import { statementCount, writtenPair } from "./written.js";

const NAME = /^(\d+)_(.*)\.(up|down)\.(.*)$/;

/**
 * golang-migrate: `<number>_<title>.up.sql` and `.down.sql`; it ignores other names. A file goes to the server as one query: a single statement runs
 * by itself, several are one transaction unless they open their own. Source: golang-migrate `source/parse.go` and `MIGRATIONS.md`.
 */
export const golangMigrate: Convention = {
  id: "golang-migrate",
  signs(files) {
    const named = inFolder(files).filter((file) => NAME.test(file.name));
    const manifest = manifestSign(files, /^go\.mod$/, /golang-migrate\/migrate/);
    if (named.length === 0 || manifest.length === 0) return [];
    return [...manifest, ...signOf("names", "`<number>_<title>.up.sql`", named)];
  },
  compare: compareVersions,
  read: (files) => readIntegerNamed(files, { parse: parseName, transaction: () => "one query", checksum: () => null }),
  write: (migration, like) =>
    migration.transaction === "none" && statementCount(migration.up) > 1 ? null : writtenPair(migration, like),
};

function parseName(text: string) {
  const match = NAME.exec(text);
  if (!match) return null;
  const [, version = "", name = "", direction] = match;
  return { version, name, direction: direction === "down" ? ("down" as const) : ("up" as const) };
}
