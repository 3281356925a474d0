import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

const MEANING: Readonly<Record<string, string>> = {
  n: "logical replication refuses UPDATE and DELETE on it",
  f: "each UPDATE and DELETE writes the whole old row to the log",
};

export const replicaIdentity: Rule = {
  id: "SG083",
  slug: "replica-identity",
  title: "The identity of rows for replication changes",
  condition:
    "REPLICA IDENTITY NOTHING or FULL, or DROP CONSTRAINT of a primary key (one known as such, or named …_pkey) that no later statement replaces.",
  effect:
    "A published table without an identity refuses UPDATE and DELETE at once, on the publisher; FULL writes whole rows to the log.",
  workaround: "Set REPLICA IDENTITY USING INDEX to a unique index on NOT NULL columns before the primary key goes.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["AT_ReplicaIdentity"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_ReplicaIdentity")) {
      const meaning = MEANING[as(command.def, "ReplicaIdentityStmt")?.identity_type ?? ""];
      if (meaning === undefined || known.isNew(table, statement)) continue;
      yield {
        statement,
        subject: { kind: "table", name: tableName(table) },
        table,
        message: `With this replica identity of ${tableName(table)}, ${meaning}.`,
        remedy: { text: "Use the primary key, or USING INDEX with a unique index on NOT NULL columns." },
      };
    }
  },
  *finish(known) {
    for (const statement of known.passed("AlterTableStmt")) {
      for (const { table, command } of alterCommands(statement, "AT_DropConstraint")) {
        const now = known.table(table);
        const hasKey = now?.constraints.some((constraint) => constraint.type === "primary");
        const wasKey = known.droppedKeys.has(statement) || /_pkey$/.test(command.name ?? "");
        if (!now || hasKey || !wasKey || known.isNew(table, statement)) continue;
        yield {
          statement,
          subject: { kind: "constraint", name: `${tableName(table)}.${command.name}` },
          table,
          message: `Without its primary key, ${tableName(table)} has no replica identity: where it is published, UPDATE and DELETE fail at once.`,
          remedy: { text: "Add the new key in the same ALTER TABLE, or set REPLICA IDENTITY USING INDEX first." },
        };
      }
    }
  },
};
