import { type Convention, inFolder } from "../../migration/convention.js";
import type { SourceFile } from "../../migration/source-file.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { compareText } from "./order.js";

/**
 * diesel: a folder per migration with `up.sql`, `down.sql` and `metadata.toml`. The version is the folder's name up to
 * the first underscore, without its dashes. Source: diesel `migrations_internals`.
 */
export const diesel: Convention = {
  id: "diesel",
  detect: (files) => inFolder(files).some((file) => file.name === "up.sql" && file.folder !== ""),
  compare: compareText,
  read(files) {
    const found = inFolder(files).flatMap((file): FoundScript[] => {
      if (file.name !== "up.sql" && file.name !== "down.sql") return [];
      const folder = file.folder.slice(file.folder.lastIndexOf("/") + 1);
      const cut = folder.indexOf("_");
      const version = (cut < 0 ? folder : folder.slice(0, cut)).replaceAll("-", "");
      const name = cut < 0 ? folder : folder.slice(cut + 1);
      const script = { file, transaction: transactionOf(files, file.folder) };
      return [{ version, name, direction: file.name === "up.sql" ? "up" : "down", script }];
    });
    return { ...pairScripts(found, () => null), context: [] };
  },
};

function transactionOf(files: readonly SourceFile[], folder: string): "single" | "none" {
  const metadata = files.find((file) => file.folder === folder && file.name === "metadata.toml");
  return metadata && /^\s*run_in_transaction\s*=\s*false\b/m.test(metadata.text) ? "none" : "single";
}
