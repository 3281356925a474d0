import { readableRelation } from "../../sql/readable-name.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const rowSecurityWithoutPolicy: Rule = {
  id: "SG082",
  slug: "row-security-without-policy",
  title: "Row security without a policy hides every row",
  condition: "ENABLE ROW LEVEL SECURITY, and at the end of the file the table has no policy that is known.",
  effect: "Everyone but the owner (and with FORCE the owner too) sees no row and can store none, without an error.",
  workaround: "Create the policies first, or in the same transaction.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: [],
  *finish(known) {
    for (const statement of known.passed("AlterTableStmt")) {
      for (const { table } of alterCommands(statement, "AT_EnableRowSecurity")) {
        const now = known.table(table);
        if (!now || now.policies > 0 || !now.rowSecurity) continue;
        const relation = readableRelation(table);
        yield {
          statement,
          subject: { kind: "table", name: tableName(table) },
          message: `${tableName(table)} has row security and no policy that is known: everyone but its owner sees no row of it.`,
          remedy: {
            text: "Create a policy in the same transaction.",
            sql: `CREATE POLICY tenant_rows ON ${relation} USING (…);`,
          },
        };
      }
    }
  },
};
