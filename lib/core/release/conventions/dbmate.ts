import { type Convention, inFolder } from "../../migration/convention.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { compareText } from "./order.js";
import { sectionsOf } from "./sections.js";

const MARK = /^\s*--\s*migrate:(up|down)\b/;

/** dbmate: one file with `-- migrate:up` and `-- migrate:down`, each with its own `transaction:false`. Source: dbmate README. */
export const dbmate: Convention = {
  id: "dbmate",
  detect: (files) =>
    inFolder(files).some((file) => file.name.endsWith(".sql") && /^\s*--\s*migrate:up\b/m.test(file.text)),
  compare: compareText,
  read(files) {
    const found = inFolder(files).flatMap((file): FoundScript[] => {
      const match = /^(\d+)_?(.*)\.sql$/.exec(file.name);
      if (!match) return [];
      const [, version = "", name = ""] = match;
      return sectionsOf(file, MARK).map((section) => ({
        version,
        name,
        direction: /migrate:up\b/.test(section.mark) ? "up" : "down",
        script: {
          file,
          start: section.start,
          end: section.end,
          transaction: /\btransaction:\s*false\b/.test(section.mark) ? "none" : "single",
        },
      }));
    });
    return { ...pairScripts(found, () => null), context: [] };
  },
};
