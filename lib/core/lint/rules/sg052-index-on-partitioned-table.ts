import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

export const indexOnPartitionedTable: Rule = {
  id: "SG052",
  slug: "index-on-partitioned-table",
  title: "An index on a partitioned table",
  condition: "CREATE INDEX on a table that the catalog or the files tell to be partitioned, without ONLY.",
  effect:
    "SHARE is held on the parent and on every partition until the last index is built: writes to all of them wait. With CONCURRENTLY the server refuses it.",
  workaround:
    "CREATE INDEX … ON ONLY the parent (which is INVALID at first), build one concurrently on each partition, and attach them; the parent's turns valid with the last.",
  lock: "ShareLock",
  work: "build",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["IndexStmt"],
  *check(statement, known) {
    const index = as(statement.node, "IndexStmt");
    const table = index?.relation;
    if (!index || !table?.inh || known.table(table)?.kind !== "partitioned") return;
    const name = readableName(index.idxname ?? "name");
    const partitions = [...(known.table(table)?.partitions.keys() ?? [])];
    const each = (partitions.length > 0 ? partitions : ["each_partition"]).map((key) => {
      const part = key.split(".").map(readableName).join(".");
      const own = readableName(`${key.split(".").at(-1)}_${index.idxname ?? "name"}`);
      return `CREATE INDEX CONCURRENTLY ${own} ON ${part} (…);\nALTER INDEX ${name} ATTACH PARTITION ${own};`;
    });
    yield {
      statement,
      location: table.location,
      subject: { kind: "index", name: index.idxname ?? `on ${tableName(table)}` },
      table,
      message: index.concurrent
        ? `${tableName(table)} is partitioned; the server refuses CREATE INDEX CONCURRENTLY on it.`
        : `${tableName(table)} is partitioned: SHARE is held on every partition until the last index is built, and writes to all of them wait.`,
      remedy: {
        text: "Build the index on each partition concurrently and attach it.",
        sql: [`CREATE INDEX ${name} ON ONLY ${readableRelation(table)} (…);`, ...each].join("\n"),
      },
    };
  },
};
