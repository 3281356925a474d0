import type { Finding } from "../../finding.js";
import { type Convention, inFolder } from "../../migration/convention.js";
import { releaseFinding } from "../../migration/release-finding.js";
import type { SourceFile } from "../../migration/source-file.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { compareVersions } from "./order.js";
import { sectionsOf } from "./sections.js";

const MARK = /^\s*--\s*\+goose\s+(up|down)\b/i;

/** goose: one file with `-- +goose Up` and `-- +goose Down`, and `-- +goose NO TRANSACTION`. Source: goose README, "Migrations". */
export const goose: Convention = {
  id: "goose",
  detect: (files) =>
    inFolder(files).some((file) => file.name.endsWith(".sql") && /^\s*--\s*\+goose\s+up\b/im.test(file.text)),
  compare: compareVersions,
  read(files) {
    const own = inFolder(files).filter((file) => /^\d+_.+\.sql$/.test(file.name));
    const found = own.flatMap((file): FoundScript[] => {
      const [, version = "", name = ""] = /^(\d+)_(.+)\.sql$/.exec(file.name) ?? [];
      const transaction = /^\s*--\s*\+goose\s+no\s+transaction\b/im.test(file.text) ? "none" : "single";
      return sectionsOf(file, MARK).map((section) => ({
        version: BigInt(version).toString(),
        name,
        direction: /goose\s+up/i.test(section.mark) ? "up" : "down",
        script: { file, start: section.start, end: section.end, transaction },
      }));
    });
    const paired = pairScripts(found, () => null);
    return { ...paired, findings: [...paired.findings, ...own.flatMap(substitution)], context: [] };
  },
};

/** With ENVSUB goose puts values of the environment into the text, so the text of the file is not what runs. */
function substitution(file: SourceFile): Finding[] {
  const at = file.text.search(/^\s*--\s*\+goose\s+envsub\s+on\b/im);
  if (at < 0) return [];
  const line = file.text.slice(0, at).split("\n").length;
  return [
    releaseFinding({
      code: "release.substitution",
      severity: "error",
      unknown: true,
      subject: { kind: "file", name: file.path },
      message: `${file.path} has goose put values of the environment into its SQL (ENVSUB ON); what will run cannot be known from the file.`,
      remedy: { text: "Write the values into the file." },
      source: { file: file.path, line, column: 1 },
    }),
  ];
}
