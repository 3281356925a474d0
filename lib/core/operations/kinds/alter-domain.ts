import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier, qualified } from "../../sql/quote.js";
import { domainConstraints } from "../../undo/domain-constraints.js";
import { exact, impossible, notThere } from "../../undo/inverses.js";
import { domainConstraintName } from "../default-names.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { homeSchema } from "../resolve.js";
import type { CheckSpec } from "../shapes.js";
import { tablesOfType } from "../tables-of-type.js";

/** ALTER DOMAIN: its default, NOT NULL or a constraint. */
export interface AlterDomain extends OperationData {
  readonly kind: "alter-domain";
  readonly domain: QualifiedName;
  readonly change:
    | "add constraint"
    | "drop constraint"
    | "validate constraint"
    | "set not null"
    | "drop not null"
    | "set default";
  /** The name of the constraint that is dropped or validated. */
  readonly constraint: string | null;
  /** The constraint that is added. `VALUE` stands for the value. */
  readonly check: CheckSpec | null;
  /** SQL text of the new default; null for none. */
  readonly default: string | null;
}

export const alterDomain: OperationType<AlterDomain> = {
  kind: "alter-domain",
  changes: ["tables", "code"],
  evaluates: true,
  effects(operation, before) {
    const validates =
      operation.change === "set not null" ||
      operation.change === "validate constraint" ||
      (operation.change === "add constraint" && operation.check?.validated === true);
    if (!validates) return effects([]);
    const tables = [...new Set(tablesOfType(operation.domain, before).map((use) => use.table))];
    return effects(
      tables.map((table) => lock(table, LOCKS["alter domain, table"])),
      { scans: tables },
    );
  },
  inverse(operation, before) {
    const schema = operation.domain.schema ?? homeSchema(before);
    const { name } = operation.domain;
    const domain = `ALTER DOMAIN ${qualified(schema, name)}`;
    switch (operation.change) {
      case "set not null":
        return exact(`${domain} DROP NOT NULL`);
      case "drop not null":
        return exact(`${domain} SET NOT NULL`);
      case "add constraint": {
        const constraint = operation.constraint ?? domainConstraintName({ schema, name }, before);
        return exact(`${domain} DROP CONSTRAINT ${identifier(constraint)}`);
      }
      case "validate constraint": {
        const found = before.all("domain").find(({ id }) => id.name === name && id.schema === schema);
        const constraint = found && domainConstraints(found).find((each) => each.name === operation.constraint);
        if (!constraint) return notThere("constraint", operation.constraint ?? "");
        return constraint.validated ? exact() : exact(constraint.drop, constraint.add);
      }
      default:
        return impossible("what the domain was is read from the difference of the catalogs");
    }
  },
  requirements() {
    return [];
  },
};
