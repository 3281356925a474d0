import { readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const attachPartition: Rule = {
  id: "SG068",
  slug: "attach-partition",
  title: "ATTACH PARTITION reads the new partition",
  condition:
    "ATTACH PARTITION of a table that already exists (or was just filled from another) and has no valid CHECK, as far as is known.",
  effect:
    "Every row is checked against the bound under ACCESS EXCLUSIVE on the partition (and, where there is one, on the DEFAULT partition, which is read as well).",
  workaround:
    "Give the table a CHECK that says what the bound says, NOT VALID and then validated; ATTACH then reads nothing. Do the same, negated, for the DEFAULT partition.",
  lock: "AccessExclusiveLock",
  work: "scan",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["AT_AttachPartition"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_AttachPartition")) {
      const partition = as(command.def, "PartitionCmd")?.name;
      if (!partition) continue;
      const checks =
        known.table(partition)?.constraints.filter((item) => item.type === "check" && item.validated) ?? [];
      if (checks.length > 0) continue;
      const isNew = known.isNew(partition, statement);
      if (isNew && !known.table(partition)?.filled) continue;
      const defaults = [...(known.table(table)?.partitions ?? [])].filter(([, { isDefault }]) => isDefault);
      const also = defaults.length > 0 ? ` So is the DEFAULT partition ${defaults[0]?.[0]}.` : "";
      yield {
        statement,
        location: partition.location,
        subject: { kind: "table", name: tableName(partition) },
        ...(isNew ? { severity: "warning" as const } : { table: partition }),
        message: `Nothing proves that the rows of ${tableName(partition)} fit the bound, so all of them are read under ACCESS EXCLUSIVE.${also}`,
        remedy: {
          text: "Prove the bound by a validated CHECK first, attach, then drop the CHECK.",
          sql: `ALTER TABLE ${readableRelation(partition)} ADD CONSTRAINT fits_bound CHECK (…) NOT VALID;
ALTER TABLE ${readableRelation(partition)} VALIDATE CONSTRAINT fits_bound;
${statement.sql};
ALTER TABLE ${readableRelation(partition)} DROP CONSTRAINT fits_bound;`,
        },
      };
    }
  },
};
