import type { Finding } from "../finding.js";
import { shellWord } from "../render/shell-word.js";
import { REWRITABLE } from "./rewritable.js";

/** Findings that `schema-gate rewrite` can resolve name the command; of what is nested, it can resolve none. `folder`: goes before the file's path, if that is relative to the release. */
export function withRewrite<F extends Finding>(
  { nested, ...finding }: F & { readonly nested?: true },
  folder: string | null = null,
): Omit<F, "nested"> {
  const { code, severity, source, remedy } = finding;
  if (
    nested ||
    !REWRITABLE.has(code) ||
    severity === "note" ||
    !source?.file.endsWith(".sql") ||
    !remedy ||
    remedy.command
  )
    return finding;
  const path = folder === null ? source.file : `${folder.replace(/\/+$/, "")}/${source.file}`;
  return { ...finding, remedy: { ...remedy, command: `schema-gate rewrite ${shellWord(path)}` } };
}
