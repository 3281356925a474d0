import { createHash } from "node:crypto";
import { systemClock } from "../../lib/adapters/local/system-clock.js";
import { backfillMark } from "../../lib/core/migration/backfill-mark.js";
import type { Migration, Script, TransactionMode } from "../../lib/core/migration/release.js";
import { parseSql } from "../../lib/core/sql/parse.js";
import type { Clock } from "../../lib/ports/clock.js";

export const testClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  // One that goes on after its signal would hold up whatever waits for it.
  sleep: systemClock.sleep,
};

export function testScript(sql: string, file: string, transaction: TransactionMode = "single"): Script {
  const statements = parseSql(sql, file).statements.map(({ sql: text, source }, index) => ({
    index,
    sql: text,
    source,
  }));
  const checksum = createHash("sha256").update(sql).digest("hex");
  const backfill = backfillMark(sql, file, statements);
  const script: Script = { file, language: "sql", statements, transaction, isolation: "read committed", checksum };
  return backfill ? { ...script, backfill } : script;
}

/** A migration from texts; the parser must be loaded. */
export function testMigration(up: string, down: string | null = null, version = "1"): Migration {
  return {
    version,
    name: `m${version}`,
    up: testScript(up, `${version}/up.sql`),
    down: down === null ? null : testScript(down, `${version}/down.sql`),
  };
}
