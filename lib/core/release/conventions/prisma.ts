import { sha256 } from "../../migration/checksums/sha.js";
import { type Convention, inFolder, manifestSign, signOf } from "../../migration/convention.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { snapshotFolders } from "./drizzle.js";
import { compareText } from "./order.js";
import { notSupported, refusedByFramework } from "./refusals.js";
import { statementCount, writtenPair } from "./written.js";

/**
 * Prisma: a folder per migration with `migration.sql`; the version is the folder's name, the checksum SHA-256 over the file. A script goes to the
 * server as one query. Prisma Next's folders contain `ops.json` and no SQL. Source: prisma-engines `schema-connector`, Prisma documentation, "How
 * migrations work" (Next).
 */
export const prisma: Convention = {
  id: "prisma",
  signs(files) {
    const own = inFolder(files);
    const scripts = own.filter((file) => file.name === "migration.sql" && file.folder !== "");
    const operations = own.filter((file) => file.name === "ops.json" && file.folder !== "");
    if (scripts.length + operations.length === 0 || snapshotFolders(own).length > 0) return [];
    return [
      ...signOf(
        "mark",
        "the lock file",
        own.filter((file) => file.name === "migration_lock.toml"),
      ),
      ...signOf("mark", "`ops.json`", operations),
      ...manifestSign(files, /^package\.json$/, /"(?:@prisma\/client|prisma)"/),
      ...signOf("names", "`<name>/migration.sql`", scripts),
    ];
  },
  compare: compareText,
  read(files) {
    const own = inFolder(files);
    const found = own.flatMap((file): FoundScript[] => {
      if (file.name !== "migration.sql" || file.folder === "") return [];
      const version = file.folder.slice(file.folder.lastIndexOf("/") + 1);
      const name = version.replace(/^\d+_/, "");
      return [{ version, name, direction: "up", script: { file, transaction: "one query" } }];
    });
    const operations = own.filter((file) => file.name === "ops.json");
    const refused = operations.map((file) =>
      notSupported(file, "it is a migration of Prisma Next, whose operations are not SQL files"),
    );
    const locked = own.filter(({ name, text }) => name === "migration_lock.toml" && isOtherProvider(text));
    const others = locked.map((file) => refusedByFramework(file, "Prisma", "its migrations are for another database"));
    const paired = pairScripts(found, (up) => sha256(up.file.bytes));
    return { ...paired, findings: [...paired.findings, ...refused, ...others], context: [] };
  },
  write: (migration, like) =>
    migration.transaction === "none" && statementCount(migration.up) > 1 ? null : writtenPair(migration, like),
};

function isOtherProvider(lock: string): boolean {
  const provider = /^\s*provider\s*=\s*"([^"]*)"/m.exec(lock)?.[1];
  return provider !== undefined && provider !== "postgresql";
}
