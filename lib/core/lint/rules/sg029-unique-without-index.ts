import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { addedConstraints, isOfParentAlone } from "./support/added-constraints.js";
import { isOnlyCommand } from "./support/fixable.js";
import { indexFirstForm, isPlainKey } from "./support/index-first.js";

export const uniqueWithoutIndex: Rule = {
  id: "SG029",
  slug: "unique-without-index",
  title: "A UNIQUE constraint builds its index under an exclusive lock",
  condition: "ADD CONSTRAINT … UNIQUE without USING INDEX, or ADD COLUMN … UNIQUE, on an existing table.",
  effect:
    "The index is built under ACCESS EXCLUSIVE: reads and writes wait until it is done. Duplicates fail the statement.",
  workaround: "Build a unique index concurrently and let the constraint take it over.",
  lock: "AccessExclusiveLock",
  work: "build",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["CONSTR_UNIQUE"],
  *check(statement, known) {
    for (const added of addedConstraints(statement, "CONSTR_UNIQUE", known)) {
      const { table, constraint } = added;
      if (constraint.indexname !== undefined || isOfParentAlone(added, known)) continue;
      const form = indexFirstForm(added);
      const simple = isOnlyCommand(statement) && added.withColumn === undefined && isPlainKey(added);
      yield {
        statement,
        location: constraint.location,
        subject: { kind: "constraint", name: `${tableName(table)}.${added.name}` },
        table,
        message: `Adding the UNIQUE constraint ${added.name} builds its index under ACCESS EXCLUSIVE; until that is done nobody reads or writes ${tableName(table)}.`,
        remedy: {
          text: "Build the index concurrently, outside a transaction, and let the constraint take it over.",
          sql: `${form.join(";\n")};`,
        },
        ...(simple && known.table(table)?.kind !== "partitioned" ? { fix: form } : {}),
      };
    }
  },
};
