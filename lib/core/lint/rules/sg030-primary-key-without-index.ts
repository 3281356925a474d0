import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { addedConstraints, isOfParentAlone } from "./support/added-constraints.js";
import { isOnlyCommand } from "./support/fixable.js";
import { indexFirstForm, isPlainKey } from "./support/index-first.js";

export const primaryKeyWithoutIndex: Rule = {
  id: "SG030",
  slug: "primary-key-without-index",
  title: "A PRIMARY KEY builds its index under an exclusive lock",
  condition: "ADD PRIMARY KEY without USING INDEX on an existing table.",
  effect:
    "The index is built, and the columns are checked for NULLs, under ACCESS EXCLUSIVE: reads and writes wait until it is done.",
  workaround:
    "Make the columns NOT NULL by way of a CHECK, build a unique index concurrently, and let the key take it over.",
  lock: "AccessExclusiveLock",
  work: "build",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["CONSTR_PRIMARY"],
  *check(statement, known) {
    for (const added of addedConstraints(statement, "CONSTR_PRIMARY", known)) {
      const { table, constraint } = added;
      if (constraint.indexname !== undefined || isOfParentAlone(added, known)) continue;
      const form = indexFirstForm(added);
      const now = known.table(table);
      const notNull = added.columns.every((column) => now?.columns.get(column)?.notNull);
      const simple = isOnlyCommand(statement) && isPlainKey(added) && notNull && now?.kind !== "partitioned";
      yield {
        statement,
        location: constraint.location,
        subject: { kind: "constraint", name: `${tableName(table)}.${added.name}` },
        table,
        message: `Adding the PRIMARY KEY ${added.name} builds its index under ACCESS EXCLUSIVE; until that is done nobody reads or writes ${tableName(table)}.`,
        remedy: {
          text: notNull
            ? "Build the index concurrently, outside a transaction, and let the key take it over."
            : "Make the columns NOT NULL first (see SG010); then build the index concurrently, outside a transaction, and let the key take it over.",
          sql: `${form.join(";\n")};`,
        },
        ...(simple && added.withColumn === undefined ? { fix: form } : {}),
      };
    }
  },
};
