import type { LedgerFormat } from "../ledger.js";
import { BACKFILL, backfillLedger } from "./backfill.js";
import { dbmateLedger } from "./dbmate.js";
import { dieselLedger } from "./diesel.js";
import { drizzleLedger } from "./drizzle.js";
import { flywayLedger } from "./flyway.js";
import { golangMigrateLedger } from "./golang-migrate.js";
import { gooseLedger } from "./goose.js";
import { nodePgMigrateLedger } from "./node-pg-migrate.js";
import { ownLedger } from "./own.js";
import { prismaLedger } from "./prisma.js";
import { refineryLedger } from "./refinery.js";
import { seaOrmLedger } from "./sea-orm.js";
import { sqlxLedger } from "./sqlx.js";

const LEDGERS: Readonly<Record<string, (schema: string | null) => LedgerFormat>> = {
  [BACKFILL]: backfillLedger,
  dbmate: dbmateLedger,
  diesel: dieselLedger,
  drizzle: drizzleLedger,
  flyway: flywayLedger,
  "golang-migrate": golangMigrateLedger,
  goose: gooseLedger,
  "node-pg-migrate": nodePgMigrateLedger,
  prisma: prismaLedger,
  refinery: refineryLedger,
  "sea-orm": seaOrmLedger,
  sqlx: sqlxLedger,
};

/** Ledgers that name their schema themselves. */
const HAS_SCHEMA: ReadonlySet<string> = new Set(["drizzle", BACKFILL]);

/**
 * The ledger that a convention's framework keeps; our own for conventions without a framework. `schema` is the tenant's schema when tenants share a
 * database, otherwise null.
 */
export function ledgerFor(convention: string, schema: string | null = null): LedgerFormat {
  const make = LEDGERS[convention];
  if (!make) return ownLedger(schema);
  return schema === null && !HAS_SCHEMA.has(convention) ? { ...make(null), within: make } : make(schema);
}
