import type { Finding } from "../finding.js";
import { type Convention, inFolder, type MigrationSource } from "../migration/convention.js";
import type { SourceFile } from "../migration/source-file.js";
import { notSupported } from "./conventions/refusals.js";

interface Sign {
  readonly what: string;
  /** Matches the text of a script that only this tool reads as it is meant. */
  readonly script?: RegExp;
  /** Matches a file that says what runs, and in which order. */
  readonly name?: RegExp;
  readonly text?: RegExp;
}

/** Tools whose files look like plain SQL, and that run them by rules that are not followed here. */
const TOOLS: readonly Sign[] = [
  {
    what: "Liquibase runs its changesets one by one, by database and context, and records each",
    script: /^\s*--\s*liquibase formatted sql\b/im,
  },
  {
    what: "it is Liquibase's changelog, which says what runs and in which order",
    name: /\.(xml|ya?ml|json)$/i,
    text: /\bdatabaseChangeLog\b/,
  },
  { what: "sqitch runs its changes in the order of this plan", name: /^sqitch\.plan$/ },
  { what: "Atlas reads its directive, which changes what runs", script: /^--\s*atlas:(?!nolint\b|txmode\b)\w+/m },
];

/** Files of other tools in a folder that would be read as plain SQL. */
export function filesOfOtherTools(
  files: readonly SourceFile[],
  convention: Convention,
  migrations: readonly MigrationSource[],
): readonly Finding[] {
  if (convention.id !== "plain" && convention.id !== "up-down") return [];
  const scripts = migrations.map(({ up }) => up.file);
  const plans = inFolder(files).flatMap((file) => {
    const sign = TOOLS.find(({ name, text }) => name?.test(file.name) && (text?.test(file.text) ?? true));
    return sign ? [notSupported(file, sign.what)] : [];
  });
  const marked = scripts.flatMap((file) => {
    const sign = TOOLS.find(({ script }) => script?.test(file.text));
    return sign ? [notSupported(file, sign.what)] : [];
  });
  return [...plans, ...marked, ...scripts.flatMap((file) => dependsOnLater(file, scripts))];
}

/** yoyo's `-- depends: NAME`: the order of the names holds only if nothing depends on what comes later. */
function dependsOnLater(file: SourceFile, scripts: readonly SourceFile[]): readonly Finding[] {
  const named = (/^--\s*depends:(.*)$/m.exec(file.text)?.[1] ?? "").split(/[\s,]+/).filter((name) => name !== "");
  const stems = scripts.map(({ name }) => name.replace(/\.sql$/i, ""));
  const later = named.find((name) => stems.indexOf(name) > scripts.indexOf(file));
  return later === undefined ? [] : [notSupported(file, `it depends on ${later}, whose name comes later`)];
}
