import { chosenName } from "../../postgres/chosen-names.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import type { RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { refuseOnly, singleAlter } from "../support/single-alter.js";

/** The first major that detaches a partition concurrently. */
const CONCURRENTLY_FROM = 14;

export const detachPartition: RewriteKind = {
  id: "detach-partition",
  title: "DETACH PARTITION CONCURRENTLY, without the CHECK that it leaves",
  takesAway: ["SG070"],
  rewrite(statement, { known, major }) {
    const alter = singleAlter(statement, "AT_DetachPartition");
    const command = as(alter?.command.def, "PartitionCmd");
    const partition = command?.name;
    if (!alter || !partition || command.concurrent || known.isNew(alter.table, statement)) return null;
    refuseOnly(alter);
    const now = known.table(alter.table);
    const relation = readableRelation(partition);
    if (major < CONCURRENTLY_FROM)
      throw new NotRewritable("server", `DETACH PARTITION CONCURRENTLY came with PostgreSQL ${CONCURRENTLY_FROM}`);
    if ([...(now?.partitions.values() ?? [])].some(({ isDefault }) => isDefault))
      throw new NotRewritable(
        "no-way",
        `${readableRelation(alter.table)} has a DEFAULT partition, so none is detached concurrently`,
      );
    const key = now?.partitionKey;
    if (!key || key.hasExpression)
      throw new NotRewritable(
        "form",
        `the CHECK that is left on ${relation} is not known, since its partition key has an expression`,
      );
    const check = chosenName("check", partition.relname ?? "", key.columns);
    return {
      moves: [
        { sql: `${statement.sql} CONCURRENTLY`, phase: "switch", slug: "detach" },
        // The server adds the bound as a CHECK, under the name that it chooses for one over these columns.
        { sql: `ALTER TABLE ${relation} DROP CONSTRAINT ${readableName(check)}`, phase: "switch", slug: "drop_check" },
      ],
    };
  },
};
