import { identifier, qualified } from "../../sql/quote.js";
import type { ColumnObject } from "../catalog.js";
import type { CatalogIndex, TableRef } from "../lookup.js";
import { create } from "../repair/create.js";
import type { ReplicaProblem } from "./compare-replica.js";
import type { PublishedTable, Subscription } from "./replication.js";

interface Sides {
  readonly publisher: CatalogIndex;
  readonly subscriber: CatalogIndex;
}

/** What keeps changes to one published table from being applied on the subscriber. */
export function tableProblems(
  table: PublishedTable,
  ref: TableRef,
  { publisher, subscriber }: Sides,
  subscription: Subscription,
): ReplicaProblem[] {
  const subject = { kind: "table", name: `${table.schema}.${table.table}` };
  const identity = identityProblems(table, ref, publisher, subject);
  if (subscriber.table(ref) === undefined) {
    const object = publisher.table(ref);
    const made = object ? create(object, publisher) : null;
    return [
      ...identity,
      {
        code: "replica.table-missing",
        severity: "error",
        subject,
        message: `table ${subject.name} is published, but the subscriber does not have it.`,
        remedy: "Create it on the subscriber, and refresh the subscription:",
        ...(made === null ? {} : { sql: [...made, refresh(subscription)].map((each) => `${each};`).join("\n") }),
      },
    ];
  }
  const names = table.columns === null ? null : new Set(table.columns);
  const columns = publisher
    .columns(ref)
    .filter(({ id, attributes }) => (names === null ? attributes.generated === "" : names.has(id.name)));
  return [
    ...identity,
    ...keyProblems(table, ref, { publisher, subscriber }, subject),
    ...columns.flatMap((column) =>
      columnProblems(column, subscriber.column(ref, column.id.name), subject.name, subscription),
    ),
    ...requiredColumns(columns, ref, subscriber, subject.name),
    ...extraConstraints(ref, { publisher, subscriber }, subject.name),
  ];
}

const refresh = ({ name }: Subscription) => `ALTER SUBSCRIPTION ${identifier(name)} REFRESH PUBLICATION`;

type Subject = ReplicaProblem["subject"];

/** Without an identity the publisher itself refuses UPDATE and DELETE (manual, "Publication"). */
function identityProblems(
  table: PublishedTable,
  ref: TableRef,
  publisher: CatalogIndex,
  subject: Subject,
): ReplicaProblem[] {
  if (!table.changesRows || hasIdentity(ref, publisher)) return [];
  return [
    {
      code: "replica.identity-missing",
      severity: "error",
      subject,
      message: `table ${subject.name} is published without a replica identity: UPDATE and DELETE fail on the publisher.`,
      remedy: "Add a primary key on the publisher, or let whole rows be sent:",
      sql: `ALTER TABLE ${qualified(table.schema, table.table)} REPLICA IDENTITY FULL;`,
    },
  ];
}

function hasIdentity(ref: TableRef, catalog: CatalogIndex): boolean {
  const identity = catalog.table(ref)?.attributes.replicaIdentity;
  if (identity === "f") return true;
  const indexes = catalog.indexes(ref);
  if (identity === "i") return indexes.some((index) => index.attributes.replicaIdentity === true);
  return identity === "d" && indexes.some((index) => index.attributes.primary);
}

/** The subscriber finds the row by its own key, unless whole rows are sent. */
function keyProblems(
  table: PublishedTable,
  ref: TableRef,
  { publisher, subscriber }: Sides,
  subject: Subject,
): ReplicaProblem[] {
  if (!table.changesRows || publisher.table(ref)?.attributes.replicaIdentity === "f") return [];
  const own = subscriber.indexes(ref);
  const key =
    own.find((index) => index.attributes.replicaIdentity === true) ?? own.find((index) => index.attributes.primary);
  if (key !== undefined) return [];
  return [
    {
      code: "replica.key-missing",
      severity: "error",
      subject,
      message: `table ${subject.name} has neither a primary key nor a replica identity on the subscriber: UPDATE and DELETE cannot be applied.`,
      remedy: "Give it the publisher's primary key on the subscriber.",
    },
  ];
}

function columnProblems(
  published: ColumnObject,
  own: ColumnObject | undefined,
  table: string,
  { binary }: Subscription,
): ReplicaProblem[] {
  const { name } = published.id;
  const subject = { kind: "column", name: `${table}.${name}` };
  const alter = (action: string) =>
    `ALTER TABLE ${qualified(published.id.schema, published.id.table ?? "")} ${action};`;
  if (own === undefined)
    return [
      {
        code: "replica.column-missing",
        severity: "error",
        subject,
        message: `column ${subject.name} is published, but the subscriber does not have it: its changes cannot be applied.`,
        remedy: "Add it on the subscriber:",
        sql: alter(`ADD COLUMN ${identifier(name)} ${published.attributes.type}`),
      },
    ];
  const problems: ReplicaProblem[] = [];
  if (own.attributes.type !== published.attributes.type)
    problems.push({
      code: "replica.type-differs",
      severity: binary ? "error" : "warning",
      subject,
      message: `column ${subject.name} is ${published.attributes.type} on the publisher and ${own.attributes.type} on the subscriber${binary ? ", and values are sent in binary form" : "; a value that does not fit stops the replication"}.`,
      remedy: "Give it the publisher's type on the subscriber:",
      sql: alter(`ALTER COLUMN ${identifier(name)} TYPE ${published.attributes.type}`),
    });
  if (own.attributes.notNull && !published.attributes.notNull)
    problems.push({
      code: "replica.column-not-null",
      severity: "error",
      subject,
      message: `column ${subject.name} may be null on the publisher and not on the subscriber: a null stops the replication.`,
      remedy: "Allow nulls on the subscriber:",
      sql: alter(`ALTER COLUMN ${identifier(name)} DROP NOT NULL`),
    });
  if (own.attributes.generated !== "")
    problems.push({
      code: "replica.column-generated",
      severity: "error",
      subject,
      message: `column ${subject.name} is published, but generated on the subscriber: its changes cannot be applied.`,
      remedy: "Publish the table without the column, or make it a plain column on the subscriber.",
    });
  return problems;
}

/** A column that changes bring no value for must work without one. */
function requiredColumns(
  columns: readonly ColumnObject[],
  ref: TableRef,
  subscriber: CatalogIndex,
  table: string,
): ReplicaProblem[] {
  const published = new Set(columns.map(({ id }) => id.name));
  const required = subscriber.columns(ref).filter(({ id, attributes }) => {
    const filled = attributes.default !== null || attributes.identity !== "" || attributes.generated !== "";
    return !published.has(id.name) && attributes.notNull && !filled;
  });
  return required.map(({ id }) => ({
    code: "replica.column-required",
    severity: "error",
    subject: { kind: "column", name: `${table}.${id.name}` },
    message: `column ${table}.${id.name} is not published, NOT NULL on the subscriber and has no default: no row can be inserted.`,
    remedy: "Allow nulls or give it a default on the subscriber:",
    sql: `ALTER TABLE ${qualified(id.schema, id.table ?? "")} ALTER COLUMN ${identifier(id.name)} DROP NOT NULL;`,
  }));
}

/** Applying changes does not fire foreign keys and triggers; it does check these. */
function extraConstraints(ref: TableRef, { publisher, subscriber }: Sides, table: string): ReplicaProblem[] {
  const text = (catalog: CatalogIndex) => catalog.constraints(ref).map((each) => each.definition);
  const there = new Set(text(publisher));
  return subscriber
    .constraints(ref)
    .filter(({ attributes, definition }) => "ucx".includes(attributes.type) && !there.has(definition))
    .map(({ id }) => ({
      code: "replica.constraint-extra",
      severity: "warning",
      subject: { kind: "constraint", name: `${table}.${id.name}` },
      message: `constraint ${table}.${id.name} exists only on the subscriber: a row that the publisher accepts may stop the replication.`,
      remedy: "Drop it on the subscriber, or add it on the publisher:",
      sql: `ALTER TABLE ${qualified(id.schema, id.table ?? "")} DROP CONSTRAINT ${identifier(id.name)};`,
    }));
}
