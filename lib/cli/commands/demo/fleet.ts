import type { EmbeddedServer } from "../../../adapters/local/embedded-server.js";
import { createDatabase } from "../../../adapters/pg/clone-server.js";
import { openSession } from "../../../adapters/pg/connection.js";
import { endpointOf } from "../../../adapters/pg/endpoint.js";
import type { Release } from "../../../core/migration/release.js";
import { ledgerFor } from "../../../core/release/ledgers/ledgers.js";
import type { Session } from "../../../ports/database.js";
import { executeEach } from "../../../steps/migration/execute-each.js";
import { DUPLICATES, databaseName, MISSING_INDEX, NULLABLE_LIMIT, ORPHANS } from "./tenants.js";

export type Scenario = "clean" | "blocked";

const TEMPLATE = "demo_template";
const COPIES_AT_ONCE = 4;

/** Rows of an ordinary small customer; `%f` scales them. */
const ROWS = `
insert into app.accounts (name) select 'Account ' || n from generate_series(1, 5) n;
insert into app.users (account_id, email, quota_key, quota_limit)
  select 1 + n % 5, 'user' || n || '@example.com', 'key-' || n, 100 * (1 + n % 20) from generate_series(1, 200) n;
insert into billing.plans (id, name, monthly_cents) values (1, 'Free', 0), (2, 'Team', 4900), (3, 'Company', 49900);
insert into billing.subscriptions (account_id, plan_id, started_on)
  select 1 + n % 5, 1 + n % 3, date '2023-01-01' + n from generate_series(1, 20) n;
insert into usage.events (user_id, units, happened_at)
  select 1 + n % 200, n % 50, timestamptz '2024-01-01 00:00:00Z' + n * interval '7 minutes' from generate_series(1, 500) n;
`;

/** A few customers are ten times as large; the dry run takes the largest of each cluster. */
const MANY_ROWS = `
insert into usage.events (user_id, units, happened_at)
  select 1 + n % 200, n % 50, timestamptz '2024-02-01 00:00:00Z' + n * interval '1 minute' from generate_series(1, 20000) n;
`;

/** What makes a tenant differ from the declared schema. */
const DRIFT: Readonly<Record<string, string>> = {
  [MISSING_INDEX]:
    "drop index app.idx_tenant_quota; drop index billing.idx_tenant_quota; drop index usage.idx_tenant_quota",
  [NULLABLE_LIMIT]: "alter table app.users alter column quota_limit drop not null",
};

/** Rows that the release would fail on. */
const BAD_ROWS: Readonly<Record<string, string>> = {
  [NULLABLE_LIMIT]: "update app.users set quota_limit = null where id in (17, 42, 99)",
  [ORPHANS]: "update billing.subscriptions set plan_id = 77 where id in (3, 8)",
  [DUPLICATES]: "update app.users set quota_key = 'key-7', account_id = 3 where id in (7, 12, 22)",
};

/** Creates one database per tenant from a template with the baseline and its ledger, then makes a few of them drift. */
export async function createDemoFleet(
  server: EmbeddedServer,
  release: Release,
  ids: readonly string[],
  scenario: Scenario,
  onTenant: () => void,
): Promise<void> {
  const admin = await open(server, "postgres");
  try {
    await admin.query(`create database ${TEMPLATE}`);
    await fillTemplate(server, release);
    await copyTemplate(server, ids, onTenant);
    await admin.query(`drop database ${TEMPLATE}`);
  } finally {
    await admin.close();
  }
  for (const [index, id] of ids.entries()) {
    const changes = [
      DRIFT[id],
      scenario === "blocked" ? BAD_ROWS[id] : undefined,
      index % 50 === 6 ? MANY_ROWS : undefined,
    ];
    const script = changes.filter((change) => change !== undefined).join(";\n");
    if (script) await inDatabase(server, databaseName(id), (session) => executeEach(session, script));
  }
}

async function fillTemplate(server: EmbeddedServer, release: Release): Promise<void> {
  const [baseline] = release.migrations;
  if (!baseline) throw new Error("the demo's migrations folder is empty");
  const ledger = ledgerFor(release.convention);
  await inDatabase(server, TEMPLATE, async (session) => {
    for (const statement of baseline.up.statements) await session.execute(statement.sql);
    for (const sql of [...ledger.create, ...ledger.record(baseline, 12)]) await session.script(sql);
    await executeEach(session, ROWS);
    await session.script("vacuum analyze");
  });
}

async function copyTemplate(server: EmbeddedServer, ids: readonly string[], onTenant: () => void): Promise<void> {
  const waiting = [...ids];
  const worker = async () => {
    const admin = await open(server, "postgres");
    try {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        await admin.query(createDatabase(databaseName(id), TEMPLATE, null, admin.serverVersion));
        onTenant();
      }
    } finally {
      await admin.close();
    }
  };
  await Promise.all(Array.from({ length: COPIES_AT_ONCE }, worker));
}

function open(server: EmbeddedServer, database: string): Promise<Session> {
  return openSession(endpointOf(server.url(database)), { purpose: "write", statementTimeout: 0, lockTimeout: 0 });
}

async function inDatabase(
  server: EmbeddedServer,
  database: string,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const session = await open(server, database);
  try {
    await work(session);
  } finally {
    await session.close();
  }
}
