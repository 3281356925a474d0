import { readableRelation } from "../../sql/readable-name.js";
import type { RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { addedConstraint, notValidMoves, refuseUnfit } from "../support/added-constraint.js";

/** The first major on which a partitioned table accepts a foreign key NOT VALID. */
const PARTITIONED_FROM = 18;

export const addForeignKey: RewriteKind = {
  id: "add-foreign-key",
  title: "a foreign key that is added NOT VALID and validated by itself",
  takesAway: ["SG026"],
  rewrite(statement, context) {
    const added = addedConstraint(statement, "CONSTR_FOREIGN", context);
    if (!added || added.constraint.skip_validation || !added.constraint.is_enforced) return null;
    refuseUnfit(statement, added, context);
    if (context.known.table(added.table)?.kind === "partitioned" && context.major < PARTITIONED_FROM)
      throw new NotRewritable(
        "partitioned",
        `${readableRelation(added.table)} is partitioned, and takes no foreign key NOT VALID before PostgreSQL ${PARTITIONED_FROM}`,
      );
    return notValidMoves(statement, added, context);
  },
};
