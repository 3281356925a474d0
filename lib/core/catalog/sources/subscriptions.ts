import { ownerOf, since, source } from "./source.js";

const FIELDS = [
  "name",
  "owner",
  "enabled",
  "slot",
  "synchronousCommit",
  "publications",
  "binary",
  "streaming",
  "twoPhase",
  "disableOnError",
  "origin",
  "passwordRequired",
  "runAsOwner",
  "failover",
  "retainDeadTuples",
  "maxRetention",
  "server",
  "receiverTimeout",
] as const;
type Field = (typeof FIELDS)[number];

/** Subscriptions without their connection string, which holds a secret and which only a superuser may read. */
export const subscriptions = source<Field>({
  tag: "subscription",
  rare: { catalogs: [6100], emptyAtFirst: true },
  select: (scope) =>
    scope.tenantSchema === null
      ? {
          fields: {
            name: "s.subname",
            owner: ownerOf("s.subowner"),
            enabled: "s.subenabled",
            slot: "s.subslotname",
            // In 13 only superusers may read it.
            synchronousCommit: since(14, scope, "s.subsynccommit", "null"),
            publications: "s.subpublications",
            binary: since(14, scope, "s.subbinary", "null"),
            streaming: since(14, scope, "s.substream::text", "null"),
            twoPhase: since(15, scope, "s.subtwophasestate <> 'd'", "null"),
            disableOnError: since(15, scope, "s.subdisableonerr", "null"),
            origin: since(16, scope, "s.suborigin", "null"),
            passwordRequired: since(16, scope, "s.subpasswordrequired", "null"),
            runAsOwner: since(16, scope, "s.subrunasowner", "null"),
            failover: since(17, scope, "s.subfailover", "null"),
            retainDeadTuples: since(19, scope, "s.subretaindeadtuples", "null"),
            maxRetention: since(19, scope, "s.submaxretention", "null"),
            server: since(19, scope, "(select f.srvname from pg_foreign_server f where f.oid = s.subserver)", "null"),
            receiverTimeout: since(19, scope, "s.subwalrcvtimeout", "null"),
          },
          from: `from pg_subscription s where s.subdbid = (select database from home)`,
        }
      : null,
  read(row, assembly) {
    assembly.add({
      kind: "subscription",
      id: { name: row.text("name") },
      definition: null,
      attributes: {
        owner: row.text("owner"),
        publications: row.list("publications").sort(),
        ...Object.fromEntries(
          FIELDS.filter((field) => field !== "name" && field !== "owner" && field !== "publications").map((field) => [
            field,
            row.nullable(field),
          ]),
        ),
      },
    });
    assembly.unseen("connection strings of subscriptions: they hold secrets and are never read");
  },
});
