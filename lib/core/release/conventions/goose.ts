import type { Finding } from "../../finding.js";
import { type Convention, inFolder, manifestSign, type ScriptSource, signOf } from "../../migration/convention.js";
import { releaseFinding } from "../../migration/release-finding.js";
import type { SourceFile } from "../../migration/source-file.js";
import { splitSql } from "../../sql/split.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { flatFolder } from "./flat-folder.js";
import { type GooseScript, type Refusal, readGooseScript } from "./goose-script.js";
import { compareVersions } from "./order.js";
import { downUnusable, refusedByFramework } from "./refusals.js";
import { sectionsOf } from "./sections.js";
import { pathLike } from "./written.js";

const NAME = /^(\d+)_(.*)\.sql$/;
const MARK = /^--[\s-]*\+goose[\s-]+(up|down)[\s-]*$/i;

/** goose: one file with `-- +goose Up` and `-- +goose Down`, and `-- +goose NO TRANSACTION`. Source: goose README, "Migrations". */
export const goose: Convention = {
  id: "goose",
  signs(files) {
    const marked = inFolder(files).filter(
      (file) => file.name.endsWith(".sql") && /^\s*--.*\+goose\s+up\b/im.test(file.text),
    );
    if (marked.length === 0) return [];
    return [...signOf("mark", "`-- +goose Up`", marked), ...manifestSign(files, /^go\.mod$/, /pressly\/goose/)];
  },
  compare: compareVersions,
  read(files) {
    const flat = flatFolder(files, (file) => NAME.test(file.name));
    const read = flat.files.map((file) => ({ file, script: readGooseScript(file.text) }));
    const paired = pairScripts(
      read.flatMap(({ file, script }) => scriptsOf(file, script)),
      () => null,
    );
    const refused = read.flatMap(({ file, script }) => [...refusals(file, script), ...substitution(file, script)]);
    return { ...paired, findings: [...flat.findings, ...refused, ...paired.findings], context: [] };
  },
  write(migration, like) {
    const path = pathLike(like, migration);
    const mode = migration.transaction === "none" ? "-- +goose NO TRANSACTION\n" : "";
    const down = migration.down === null ? "" : `\n-- +goose Down\n${begunAndEnded(migration.down)}`;
    return path === null ? null : [{ path, text: `${mode}-- +goose Up\n${begunAndEnded(migration.up)}${down}` }];
  },
};

function scriptsOf(file: SourceFile, read: GooseScript): readonly FoundScript[] {
  const [, version = "0", name = ""] = NAME.exec(file.name) ?? [];
  const usable = downRefusal(file, read) === null;
  return sectionsOf(file, MARK).flatMap((section) => {
    const script: ScriptSource = {
      file,
      start: section.start,
      end: section.end,
      transaction: read.transaction ? "single" : "none",
    };
    const direction = /up[\s-]*$/i.test(section.mark) ? ("up" as const) : ("down" as const);
    if (direction === "down" && !usable) return [];
    return [{ version: BigInt(version).toString(), name: name || version, direction, script }];
  });
}

const CUT =
  "it ends a statement at each line that ends with a semicolon, so it would cut this one; put it between `-- +goose StatementBegin` and `-- +goose StatementEnd`";

/** What goose refuses, and statements that it would send in pieces. */
function refusals(file: SourceFile, script: GooseScript): readonly Finding[] {
  if (script.refusal) return [refusedByFramework(file, "goose", script.refusal.why, script.refusal.line)];
  const cut = cutLine(file, script, "up");
  return [
    ...(cut === null ? [] : [refusedByFramework(file, "goose", CUT, cut)]),
    ...(downRefusal(file, script) ?? []).map((refusal) => downUnusable(file, "goose", refusal.why, refusal.line)),
  ];
}

function downRefusal(file: SourceFile, script: GooseScript): readonly [Refusal] | null {
  if (script.downRefusal) return [script.downRefusal];
  const line = cutLine(file, script, "down");
  return line === null ? null : [{ why: CUT, line }];
}

/** Line of the first statement of a section that goose would cut in pieces; null when there is none. */
function cutLine(file: SourceFile, script: GooseScript, direction: "up" | "down"): number | null {
  const ends = new Set(script.pieces.filter((piece) => piece.direction === direction).map((piece) => piece.end));
  const cut = splitSql(file.text).pieces.find((piece) => [...ends].some((end) => end > piece.start && end < piece.end));
  return cut ? file.text.slice(0, cut.start).split("\n").length : null;
}

/** With ENVSUB goose substitutes environment values in the text, so what runs is not the file's text. */
function substitution(file: SourceFile, { substitutionAt }: GooseScript): readonly Finding[] {
  if (substitutionAt === null) return [];
  return [
    releaseFinding({
      code: "release.substitution",
      severity: "error",
      unknown: true,
      subject: { kind: "file", name: file.path },
      message: `${file.path} has goose put values of the environment into its SQL (ENVSUB ON); what will run cannot be known from the file.`,
      remedy: { text: "Write the values into the file." },
      source: { file: file.path, line: substitutionAt, column: 1 },
    }),
  ];
}

/** Wraps statements that contain a semicolon in the marks that keep goose from cutting them. */
function begunAndEnded(text: string): string {
  const { pieces } = splitSql(text);
  let written = "";
  let from = 0;
  for (const { start, end } of pieces) {
    const sql = text.slice(start, end);
    const close = text[end] === ";" ? end + 1 : end;
    written += text.slice(from, start);
    written += sql.includes(";")
      ? `-- +goose StatementBegin\n${text.slice(start, close)}\n-- +goose StatementEnd`
      : text.slice(start, close);
    from = close;
  }
  return written + text.slice(from);
}
