import { sha384 } from "../../migration/checksums/sha.js";
import { type Convention, dependsOn, inFolder } from "../../migration/convention.js";
import { readNumbered } from "./numbered.js";
import { compareVersions } from "./order.js";

const NO_TRANSACTION = "-- no-transaction";

/** sqlx: `<integer>_<description>.sql`, or `.up.sql` and `.down.sql`; SHA-384 over the file. Source: sqlx-core `migrate/source.rs`. */
export const sqlx: Convention = {
  id: "sqlx",
  detect: (files) =>
    dependsOn(files, "Cargo.toml", /^\s*(\[.*dependencies\.)?sqlx\b/m) ||
    inFolder(files).some((file) => /^\d+_.+\.sql$/.test(file.name) && file.text.startsWith(NO_TRANSACTION)),
  compare: compareVersions,
  read: (files) =>
    readNumbered(files, {
      transaction: (file) => (file.text.startsWith(NO_TRANSACTION) ? "none" : "single"),
      checksum: (up) => sha384(up.file.bytes),
      rust: false,
      // The version is a 64-bit integer there: 0001 and 1 are one.
      normalise: (digits) => BigInt(digits).toString(),
    }),
};
