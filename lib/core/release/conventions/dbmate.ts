import type { Finding } from "../../finding.js";
import { type Convention, inFolder, manifestSign, type ScriptSource, signOf } from "../../migration/convention.js";
import type { SourceFile } from "../../migration/source-file.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { flatFolder } from "./flat-folder.js";
import { compareText } from "./order.js";
import { notSupported, refusedByFramework } from "./refusals.js";
import { linesOf, type Section, sectionsOf } from "./sections.js";
import { pathLike } from "./written.js";

const NAME = /^(\d+)_?(.*)\.sql$/;
const MARK = /^--\s*migrate:(up|down)(?:\s|$)/;
/** Lines that an author may have meant as a mark. */
const LIKE_A_MARK = /^\s*--+\s*migrate\s*:?\s*(up|down)/i;

/**
 * dbmate: one file with `-- migrate:up` and `-- migrate:down`, each with its own `transaction:false`; both are required, the marks are at the start
 * of their lines, and no statement precedes them. Source: dbmate `pkg/dbmate/migration.go`, and dbmate 2.36.0 run on each form in `dbmate.test.ts`.
 */
export const dbmate: Convention = {
  id: "dbmate",
  signs(files) {
    const marked = inFolder(files).filter((file) => file.name.endsWith(".sql") && linesOf(file.text).some(isUp));
    if (marked.length === 0) return [];
    return [
      ...signOf("mark", "`-- migrate:up`", marked),
      ...manifestSign(files, /^(package\.json|go\.mod)$/, /"dbmate"|amacneil\/dbmate/),
    ];
  },
  compare: compareText,
  read(files) {
    const flat = flatFolder(files, (file) => NAME.test(file.name));
    const found = flat.files.map((file) => ({ file, sections: sectionsOf(file, MARK) }));
    const paired = pairScripts(
      found.flatMap(({ file, sections }) => scriptsOf(file, sections)),
      () => null,
    );
    const refused = found.flatMap(({ file, sections }) => refusals(file, sections));
    return { ...paired, findings: [...flat.findings, ...refused, ...paired.findings], context: [] };
  },
  write(migration, like) {
    const path = pathLike(like, migration);
    const mode = migration.transaction === "none" ? " transaction:false" : "";
    return path === null
      ? null
      : [{ path, text: `-- migrate:up${mode}\n${migration.up}\n-- migrate:down\n${migration.down ?? ""}` }];
  },
};

function isUp(line: string): boolean {
  return LIKE_A_MARK.exec(line)?.[1]?.toLowerCase() === "up";
}

function scriptsOf(file: SourceFile, sections: readonly Section[]): readonly FoundScript[] {
  const [, version = "", name = ""] = NAME.exec(file.name) ?? [];
  const first = (direction: "up" | "down") => sections.find((section) => MARK.exec(section.mark)?.[1] === direction);
  return (["up", "down"] as const).flatMap((direction): FoundScript[] => {
    const section = first(direction);
    if (!section) return [];
    const { start, end, mark } = section;
    // An option contains no blank: with `transaction: false` dbmate keeps the transaction.
    const transaction: ScriptSource["transaction"] = mark.split(/\s+/).includes("transaction:false")
      ? "none"
      : "single";
    return [{ version, name, direction, script: { file, start, end, transaction } }];
  });
}

function refusals(file: SourceFile, sections: readonly Section[]): readonly Finding[] {
  const lines = linesOf(file.text);
  const almost = lines.findIndex((line) => LIKE_A_MARK.test(line) && !MARK.test(line));
  if (almost >= 0) return [refused(file, "this line is not a mark that it knows", almost + 1)];
  const [up, down, more] = sections.map((section) => MARK.exec(section.mark)?.[1]);
  if (up !== "up") return [refused(file, "`-- migrate:up` must come first")];
  if (down !== "down") return [refused(file, "`-- migrate:down` must follow")];
  if (more !== undefined) return [notSupported(file, "it holds more than one `-- migrate:up`")];
  const before = lines.findIndex((line) => line.trim() !== "" && !/^\s*--/.test(line));
  if (before >= 0 && before < lines.findIndex((line) => MARK.test(line)))
    return [refused(file, "a statement comes before `-- migrate:up`", before + 1)];
  return [];
}

function refused(file: SourceFile, why: string, line = 1): Finding {
  return refusedByFramework(file, "dbmate", why, line);
}
