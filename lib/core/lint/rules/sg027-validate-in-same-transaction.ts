import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { rangeKey } from "../known/key.js";
import { atLeast } from "../table-locks.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const validateInSameTransaction: Rule = {
  id: "SG027",
  slug: "validate-in-same-transaction",
  title: "NOT VALID and VALIDATE in one transaction",
  condition:
    "VALIDATE CONSTRAINT in the transaction (or the ALTER TABLE) that has already taken a strong lock on the table, such as by adding the constraint.",
  effect:
    "Locks are held to the end of the transaction: the scan of VALIDATE runs under the strong lock that NOT VALID was meant to avoid.",
  workaround:
    "Commit before VALIDATE CONSTRAINT; with a framework that wraps each file in a transaction, put it into a file of its own.",
  lock: "AccessExclusiveLock",
  work: "scan",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["AT_ValidateConstraint"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_ValidateConstraint")) {
      const held = known
        .locksHeld(statement.transaction)
        .find((lock) => rangeKey(lock.table) === rangeKey(table) && atLeast(lock.mode, "ShareRowExclusiveLock"));
      const together = alterCommands(statement, "AT_AddConstraint").some(
        (other) => as(other.command.def, "Constraint")?.conname === command.name,
      );
      if (!held && !together) continue;
      const since = held ? ` since line ${held.statement.source.line}` : " by the same statement";
      yield {
        statement,
        subject: { kind: "constraint", name: `${tableName(table)}.${command.name}` },
        table,
        message: `VALIDATE reads all of ${tableName(table)} while the transaction holds a lock on it${since} that keeps writers (or everybody) out; the lock stays until the end.`,
        remedy: {
          text: "Commit first, and validate in a transaction (with most frameworks: a file) of its own.",
          sql: `COMMIT;\nALTER TABLE ${readableRelation(table)} VALIDATE CONSTRAINT ${readableName(command.name ?? "")};`,
        },
      };
    }
  },
};
