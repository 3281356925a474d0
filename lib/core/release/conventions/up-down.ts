import { type Convention, inFolder } from "../../migration/convention.js";
import { readNumbered } from "./numbered.js";
import { compareVersions } from "./order.js";

/** `<number>_<name>.up.sql` and `.down.sql`, with a `.rs` beside them when code says how they run; our own ledger. */
export const upDown: Convention = {
  id: "up-down",
  detect: (files) => inFolder(files).some((file) => /^\d+[_-].+\.up\.sql$/.test(file.name) || isGateCode(file)),
  compare: compareVersions,
  read: (files) => readNumbered(files, { transaction: () => "single", checksum: () => null, rust: true }),
};

function isGateCode(file: { readonly name: string; readonly text: string }): boolean {
  return /^\d+[_-].+\.rs$/.test(file.name) && file.text.includes("deploy_schema_migration");
}
