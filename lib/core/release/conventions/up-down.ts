import { type Convention, inFolder, signOf } from "../../migration/convention.js";
import type { SourceFile } from "../../migration/source-file.js";
import { readNumbered } from "./numbered.js";
import { compareNatural } from "./order.js";
import { scriptNames } from "./script-name.js";
import { writtenPair } from "./written.js";

/** Flyway's letters give a direction only to Flyway. */
const IN_FLYWAY = /^[VU]\d[\d._]*__[^.]*\.sql$/;

/** Ways up and ways back in separate files, with an `.rs` file next to them when code says how they run; our own ledger. */
export const upDown: Convention = {
  id: "up-down",
  signs(files) {
    const sql = inFolder(files).filter((file) => /\.sql$/i.test(file.name));
    const names = scriptNames(sql);
    return [
      ...signOf("mark", "`deploy_schema_migration`", inFolder(files).filter(isGateCode)),
      ...signOf(
        "names",
        "names that say up or down",
        sql.filter((file) => names.get(file)?.direction && !IN_FLYWAY.test(file.name)),
      ),
    ];
  },
  compare: compareNatural,
  read: readNumbered,
  write: (migration, like) => writtenPair(migration, like),
};

function isGateCode(file: SourceFile): boolean {
  return /^\d+[_-].+\.rs$/.test(file.name) && file.text.includes("deploy_schema_migration");
}
