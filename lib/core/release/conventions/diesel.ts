import { type Convention, inFolder, manifestSign, signOf } from "../../migration/convention.js";
import type { SourceFile } from "../../migration/source-file.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { compareText } from "./order.js";
import { refusedByFramework } from "./refusals.js";
import { pathLike } from "./written.js";

/**
 * diesel: a folder per migration with `up.sql`, `down.sql` and `metadata.toml`. The version is the folder's name up to the first underscore, without
 * dashes. Source: diesel `migrations_internals`.
 */
export const diesel: Convention = {
  id: "diesel",
  signs(files) {
    const scripts = inFolder(files).filter((file) => file.name === "up.sql" && /\d/.test(lastFolder(file)));
    if (scripts.length === 0) return [];
    return [
      ...signOf(
        "manifest",
        "diesel's settings",
        files.filter((file) => file.name === "diesel.toml"),
      ),
      ...manifestSign(files, /^Cargo\.toml$/, /^\s*(\[.*dependencies\.)?diesel\b/m),
      ...signOf("names", "`<version>_<name>/up.sql`", scripts),
    ];
  },
  compare: compareText,
  read(files) {
    const settings = new Map(
      inFolder(files)
        .filter((file) => file.name === "metadata.toml")
        .map((file) => [file.folder, file]),
    );
    const found = inFolder(files).flatMap((file): FoundScript[] => {
      if ((file.name !== "up.sql" && file.name !== "down.sql") || file.folder === "") return [];
      const folder = lastFolder(file);
      const cut = folder.indexOf("_");
      const version = (cut < 0 ? folder : folder.slice(0, cut)).replaceAll("-", "");
      const name = cut < 0 ? folder : folder.slice(cut + 1);
      const script = { file, transaction: transactionOf(settings.get(file.folder)) };
      return [{ version, name, direction: file.name === "up.sql" ? "up" : "down", script }];
    });
    const paired = pairScripts(found, () => null);
    const unread = [...settings.values()].filter(({ text }) => transactionIn(text) === null);
    const refused = unread.map((file) =>
      refusedByFramework(file, "diesel", "run_in_transaction is neither true nor false"),
    );
    return { ...paired, findings: [...paired.findings, ...refused], context: [...settings.values()] };
  },
  write(migration, like) {
    const path = pathLike(like, migration);
    if (path === null) return null;
    const sibling = (name: string) => path.replace(/up\.sql$/, name);
    return [
      { path, text: migration.up },
      ...(migration.down === null ? [] : [{ path: sibling("down.sql"), text: migration.down }]),
      ...(migration.transaction === "none"
        ? [{ path: sibling("metadata.toml"), text: "run_in_transaction = false\n" }]
        : []),
    ];
  },
};

function lastFolder(file: SourceFile): string {
  return file.folder.slice(file.folder.lastIndexOf("/") + 1);
}

function transactionOf(metadata: SourceFile | undefined): "single" | "none" {
  return transactionIn(metadata?.text ?? "") === false ? "none" : "single";
}

/** What the settings say, true when they say nothing; null when that is not understood. */
function transactionIn(text: string): boolean | null {
  const [, value] = /^\s*"?run_in_transaction"?\s*=\s*(\S*)\s*(?:#.*)?$/m.exec(text) ?? [];
  if (value === undefined) return text.includes("run_in_transaction") ? null : true;
  return value === "true" || value === "false" ? value === "true" : null;
}
