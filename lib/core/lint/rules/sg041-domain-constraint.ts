import { as, strings } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";
import { notValidDomainForm } from "./support/domain-form.js";
import { mayBeSplit } from "./support/fixable.js";

export const domainConstraint: Rule = {
  id: "SG041",
  slug: "domain-constraint",
  title: "A constraint on a domain reads every table that uses it",
  condition: "ALTER DOMAIN … ADD CONSTRAINT without NOT VALID, or ALTER DOMAIN … SET NOT NULL.",
  effect:
    "Every table with a column of the domain is locked with SHARE and read: writes to all of them wait until it is done.",
  workaround: "Add the constraint NOT VALID, then ALTER DOMAIN … VALIDATE CONSTRAINT by itself.",
  lock: "ShareLock",
  work: "scan",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["AlterDomainStmt"],
  *check(statement) {
    const alter = as(statement.node, "AlterDomainStmt");
    const constraint = as(alter?.def, "Constraint");
    const scans = alter?.subtype === "O" || (alter?.subtype === "C" && !constraint?.skip_validation);
    if (!alter || !scans) return;
    const parts = strings(alter.typeName);
    const fix = notValidDomainForm(statement.sql, parts, constraint?.conname ?? "…");
    yield {
      statement,
      location: constraint?.location,
      subject: { kind: "domain", name: parts.join(".") },
      message: `This reads every table that has a column of ${parts.join(".")} under SHARE; writes to all of them wait until it is done.`,
      remedy:
        alter.subtype === "O"
          ? { text: "Add CHECK (VALUE IS NOT NULL) NOT VALID to the domain and validate it by itself." }
          : { text: "Add it NOT VALID and validate it in a transaction of its own.", sql: `${fix.join(";\n")};` },
      ...(alter.subtype === "C" && constraint?.conname && mayBeSplit(statement) ? { fix } : {}),
    };
  },
};
