import { type Convention, inFolder, type ScriptSource } from "../../migration/convention.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { compareText } from "./order.js";
import { sectionsOf } from "./sections.js";

const MARK = /^\s*--[\s-]*(up|down)\s+migration\b/i;

/** node-pg-migrate's SQL files: `-- Up Migration` and `-- Down Migration`. Its ledger keeps the file's name without its ending. */
export const nodePgMigrate: Convention = {
  id: "node-pg-migrate",
  detect: (files) =>
    inFolder(files).some((file) => file.name.endsWith(".sql") && /^\s*--[\s-]*up\s+migration\b/im.test(file.text)),
  compare: compareText,
  read(files) {
    const found = inFolder(files).flatMap((file): FoundScript[] => {
      if (!file.name.endsWith(".sql")) return [];
      const version = file.name.slice(0, -".sql".length);
      const name = version.replace(/^\d+[_-]/, "");
      const script: ScriptSource = { file, transaction: "single" };
      const sections = sectionsOf(file, MARK);
      if (sections.length === 0) return [{ version, name, direction: "up", script }];
      return sections.map((section) => ({
        version,
        name,
        direction: /up\s+migration/i.test(section.mark) ? "up" : "down",
        script: { ...script, start: section.start, end: section.end },
      }));
    });
    return { ...pairScripts(found, () => null), context: [] };
  },
};
