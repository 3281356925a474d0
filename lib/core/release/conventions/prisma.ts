import { sha256 } from "../../migration/checksums/sha.js";
import { type Convention, inFolder } from "../../migration/convention.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { compareText } from "./order.js";

/** Prisma: a folder per migration with `migration.sql`; the folder's name is the version, SHA-256 over the file the checksum. */
export const prisma: Convention = {
  id: "prisma",
  detect: (files) => inFolder(files).some((file) => file.name === "migration.sql" && file.folder !== ""),
  compare: compareText,
  read(files) {
    const found = inFolder(files).flatMap((file): FoundScript[] => {
      if (file.name !== "migration.sql") return [];
      const version = file.folder.slice(file.folder.lastIndexOf("/") + 1);
      const name = version.replace(/^\d+_/, "");
      return [{ version, name, direction: "up", script: { file, transaction: "single" } }];
    });
    return { ...pairScripts(found, (up) => sha256(up.file.bytes)), context: [] };
  },
};
