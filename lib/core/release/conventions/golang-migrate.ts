import { type Convention, dependsOn } from "../../migration/convention.js";
import { readNumbered } from "./numbered.js";
import { compareVersions } from "./order.js";

/**
 * golang-migrate: `<number>_<title>.up.sql` and `.down.sql`. A file goes to the server as one simple query, which is one
 * transaction unless it opens its own. Source: golang-migrate `MIGRATIONS.md`.
 */
export const golangMigrate: Convention = {
  id: "golang-migrate",
  detect: (files) => dependsOn(files, "go.mod", /golang-migrate\/migrate/),
  compare: compareVersions,
  read: (files) =>
    readNumbered(files, {
      transaction: () => "single",
      checksum: () => null,
      rust: false,
      normalise: (digits) => BigInt(digits).toString(),
    }),
};
