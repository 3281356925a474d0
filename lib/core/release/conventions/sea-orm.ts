import type { Convention } from "./convention.js";
import { compareText } from "./order.js";

/** SeaORM: Rust code; the migrator's list gives the order, and a migration's name is its file's. */
export const seaOrm: Convention = {
  id: "sea-orm",
  detect: (files) => files.some((file) => file.name.endsWith(".rs") && /\bMigrationTrait\b/.test(file.text)),
  compare: compareText,
  read: () => ({ migrations: [], findings: [], context: [] }),
};
