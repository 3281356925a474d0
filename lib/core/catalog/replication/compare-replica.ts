import type { Finding, Severity } from "../../finding.js";
import { identifier, literal, qualified } from "../../sql/quote.js";
import { type Catalog, TENANT_SCHEMA } from "../catalog.js";
import { CatalogIndex, type TableRef } from "../lookup.js";
import { tableProblems } from "./compare-table.js";
import type { PublishedTable, Publisher, Subscription } from "./replication.js";

/** One way in which a subscriber does not fit its publisher. */
export interface ReplicaProblem {
  readonly code: `replica.${string}`;
  readonly severity: Severity;
  readonly subject: { readonly kind: string; readonly name: string };
  readonly message: string;
  readonly remedy: string;
  /** On the side that the remedy names. */
  readonly sql?: string;
}

export interface ReplicaInput {
  readonly tenant: string;
  /** Set when the tenant is one schema; tables of other schemas are not looked at. */
  readonly tenantSchema: string | null;
  readonly publisher: Publisher;
  readonly subscriptions: readonly Subscription[];
  readonly published: Catalog;
  readonly subscribed: Catalog;
}

/** What would stop logical replication, or let the two sides drift apart, as findings on the tenant. */
export function compareReplica(input: ReplicaInput): Finding[] {
  const problems =
    input.subscriptions.length === 0
      ? [noSubscription(input.tenant)]
      : input.subscriptions.flatMap((subscription) => ofSubscription(subscription, input));
  return problems.map(({ code, severity, subject, message, remedy, sql }) => ({
    code,
    gate: "introspect",
    severity,
    subject,
    message: `Logical replica of tenant ${input.tenant}: ${message}`,
    remedy: { text: remedy, ...(sql === undefined ? {} : { sql }) },
    tenants: [input.tenant],
  }));
}

function noSubscription(tenant: string): ReplicaProblem {
  return {
    code: "replica.no-subscription",
    severity: "error",
    subject: { kind: "tenant", name: tenant },
    message: "the database that the registry names as subscriber has no subscription.",
    remedy: "Correct `subscriber` in the registry, or create the subscription there.",
  };
}

function ofSubscription(subscription: Subscription, input: ReplicaInput): ReplicaProblem[] {
  const { publisher, published, subscribed, tenantSchema } = input;
  const sides = { publisher: new CatalogIndex(published), subscriber: new CatalogIndex(subscribed) };
  const missing = subscription.publications.filter((name) => !publisher.publications.includes(name));
  const tables = publisher.tables
    .filter(({ publication }) => subscription.publications.includes(publication))
    .filter(({ schema }) => tenantSchema === null || schema === tenantSchema);
  const wanted = mergedTables(tables);
  return [
    ...state(subscription),
    ...missing.map((name) => publicationMissing(subscription, name)),
    ...wanted.flatMap((table) => {
      const ref = { schema: table.schema === tenantSchema ? TENANT_SCHEMA : table.schema, name: table.table };
      return [
        ...tableProblems(table, ref, sides, subscription),
        ...synchronisation(table, ref, sides.subscriber, subscription),
      ];
    }),
  ];
}

/** A table in several publications is published with the columns of all of them. */
function mergedTables(tables: readonly PublishedTable[]): PublishedTable[] {
  const merged = new Map<string, PublishedTable>();
  for (const table of tables) {
    const key = JSON.stringify([table.schema, table.table]);
    const before = merged.get(key);
    const columns =
      before === undefined ? table.columns : before.columns && table.columns && [...before.columns, ...table.columns];
    merged.set(key, { ...table, columns, changesRows: table.changesRows || before?.changesRows === true });
  }
  return [...merged.values()];
}

function state({ name, enabled, running }: Subscription): ReplicaProblem[] {
  const subject = { kind: "subscription", name };
  if (!enabled)
    return [
      {
        code: "replica.subscription-disabled",
        severity: "error",
        subject,
        message: `subscription ${name} is disabled; changes wait on the publisher, which keeps its WAL for them.`,
        remedy: "Enable it on the subscriber:",
        sql: `ALTER SUBSCRIPTION ${identifier(name)} ENABLE;`,
      },
    ];
  if (running) return [];
  return [
    {
      code: "replica.subscription-stopped",
      severity: "warning",
      subject,
      message: `subscription ${name} is enabled, but no worker of it runs.`,
      remedy: "Look into the subscriber's log: a worker that fails is started again, and fails again.",
    },
  ];
}

function publicationMissing({ name }: Subscription, publication: string): ReplicaProblem {
  return {
    code: "replica.publication-missing",
    severity: "error",
    subject: { kind: "publication", name: publication },
    message: `subscription ${name} asks for publication ${publication}, which the publisher does not have.`,
    remedy: "Create it on the publisher, or take it from the subscription:",
    sql: `ALTER SUBSCRIPTION ${identifier(name)} DROP PUBLICATION ${identifier(publication)};`,
  };
}

function synchronisation(
  { schema, table }: PublishedTable,
  ref: TableRef,
  subscriber: CatalogIndex,
  subscription: Subscription,
): ReplicaProblem[] {
  if (subscriber.table(ref) === undefined) return [];
  const subject = { kind: "table", name: `${schema}.${table}` };
  const known = subscription.tables.find((each) => each.schema === schema && each.table === table);
  if (known === undefined)
    return [
      {
        code: "replica.table-not-subscribed",
        severity: "error",
        subject,
        message: `table ${schema}.${table} is published, but subscription ${subscription.name} does not know it.`,
        remedy: "Refresh the publication on the subscriber:",
        sql: `ALTER SUBSCRIPTION ${identifier(subscription.name)} REFRESH PUBLICATION;`,
      },
    ];
  if (known.state === "r" || known.state === "s") return [];
  return [
    {
      code: "replica.table-not-synchronised",
      severity: "warning",
      subject,
      message: `the first copy of table ${schema}.${table} is not done (state ${known.state}).`,
      remedy: "Wait until it is; if it makes no progress, the subscriber's log says why:",
      sql: `SELECT srsubstate FROM pg_subscription_rel WHERE srrelid = ${literal(qualified(schema, table))}::regclass;`,
    },
  ];
}
