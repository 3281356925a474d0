import type { RangeVar } from "libpg-query";
import { as } from "../../sql/tree.js";
import { constraintFrom, partitionKeyFrom } from "../known/from-definition.js";
import type { Known } from "../known/known.js";
import { indexFrom } from "../known/learn.js";
import type { PartitionKey } from "../known/table.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const keyWithoutPartitionColumn: Rule = {
  id: "SG072",
  slug: "key-without-partition-column",
  title: "A key of a partitioned table leaves out the partition column",
  condition:
    "CREATE TABLE, ALTER TABLE or CREATE UNIQUE INDEX that gives a partitioned table a key that does not contain every column of the partition key, or whose partition key is an expression.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Put the partition columns into the key.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  refuses: true,
  nodes: ["CreateStmt", "IndexStmt", "CONSTR_PRIMARY", "CONSTR_UNIQUE"],
  *check(statement, known) {
    for (const { table, partition, key } of keysOfPartitioned(statement, known)) {
      const missing = partition.columns.filter((name) => !key.columns.includes(name));
      if (partition.hasExpression) missing.push("the expression");
      if (missing.length === 0) continue;
      const columns = missing.join(", ");
      yield {
        statement,
        location: as(statement.node, "CreateStmt")?.partspec?.location,
        subject: { kind: "table", name: tableName(table) },
        message: `The ${key.type} key (${key.columns.join(", ")}) of ${tableName(table)} leaves out ${columns}, by which it is partitioned; the server refuses that.`,
        remedy: { text: `Put ${columns} into the key.` },
      };
    }
  },
};

interface KeyOfPartitioned {
  readonly table: RangeVar;
  readonly partition: PartitionKey;
  readonly key: { readonly type: "primary" | "unique"; readonly columns: readonly (string | null)[] };
}

function keysOfPartitioned(statement: LintStatement, known: Known): readonly KeyOfPartitioned[] {
  const create = as(statement.node, "CreateStmt");
  const index = as(statement.node, "IndexStmt");
  const commands = alterCommands(statement, "AT_AddConstraint", "AT_AddColumn");
  const table = create?.relation ?? index?.relation ?? commands[0]?.table;
  const partition = create ? partitionKeyFrom(create.partspec) : (known.table(table)?.partitionKey ?? null);
  if (!table || !partition) return [];
  if (index) {
    const { keys, unique } = indexFrom(index, statement, known);
    return unique ? [{ table, partition, key: { type: "unique", columns: keys } }] : [];
  }
  const elements = create ? create.tableElts : commands.flatMap(({ command }) => command.def ?? []);
  return constraintFrom(elements, statement).flatMap(({ type, columns }) =>
    type === "primary" || type === "unique" ? [{ table, partition, key: { type, columns } }] : [],
  );
}
