import { notValidDomainForm } from "../../lint/rules/support/domain-form.js";
import { as, strings } from "../../sql/tree.js";
import type { RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";

export const addDomainConstraint: RewriteKind = {
  id: "add-domain-constraint",
  title: "a constraint of a domain that is added NOT VALID and validated by itself",
  takesAway: ["SG041"],
  rewrite(statement, { known }) {
    const alter = as(statement.node, "AlterDomainStmt");
    const constraint = as(alter?.def, "Constraint");
    const domain = strings(alter?.typeName).join(".");
    if (alter?.subtype === "O")
      throw new NotRewritable(
        "no-way",
        `ALTER DOMAIN ${domain} SET NOT NULL reads every table that has the domain, and trusts no CHECK`,
      );
    if (alter?.subtype !== "C" || constraint?.skip_validation) return null;
    if (known.types.get(domain)?.createdBy) return null;
    if (constraint?.conname === undefined)
      throw new NotRewritable(
        "form",
        `the constraint of the domain ${domain} has no name by which it could be validated`,
      );
    const [add, validate] = notValidDomainForm(statement.sql, strings(alter.typeName), constraint.conname);
    return {
      moves: [
        { sql: add, phase: "expand", slug: "constraint" },
        { sql: validate, phase: "expand", slug: "validate", pace: "long" },
      ],
    };
  },
};
