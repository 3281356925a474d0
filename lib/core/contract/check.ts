import type { Catalog } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import type { Finding } from "../finding.js";
import { checkApplication } from "./check-application.js";
import { checkColumn } from "./check-column.js";
import { checkConstraint, checkForeignKey, checkIndex, checkTable } from "./check-objects.js";
import type { Contract, Requirement } from "./contract.js";
import { Lookup, type NamePlace } from "./lookup.js";

/**
 * Where a tenant's catalog does not fulfil the contract: before the release (it could not run), or after it (it did not happen).
 *
 * `reference` is the catalog that the history itself builds on an empty database at that moment. If a requirement that a statement enforces does not
 * hold there either, we misread it: the server ran the statement and did something else.
 */
export function checkContract(
  contract: Contract,
  moment: "before" | "after",
  catalog: Catalog,
  place: NamePlace,
  reference: Catalog | null = null,
): Finding[] {
  const lookup = new Lookup(new CatalogIndex(catalog), place);
  const built = reference && new Lookup(new CatalogIndex(reference), place);
  const holds = ({ when }: Requirement) => when === moment || when === "both";
  const own = contract.requirements
    .filter(holds)
    .flatMap((requirement) => {
      const failures = check(requirement, lookup);
      if (failures.length === 0 || requirement.stated || !built) return failures;
      const there = new Set(check(requirement, built).map(({ code }) => code));
      return failures.filter(({ code }) => !there.has(code));
    })
    .map(
      (failure): Finding => ({
        code: failure.code,
        gate: moment === "before" ? "diverge" : "rollout",
        severity: "error",
        subject: failure.subject,
        message: `${moment === "before" ? "Before the release" : "After the release"} ${failure.message}`,
        remedy: { text: remedyText(moment, failure.code) },
        source: failure.source,
      }),
    );
  const application = (contract.application ?? []).filter(holds);
  return [...own, ...checkApplication(application, moment, lookup)];
}

function remedyText(moment: "before" | "after", code: string): string {
  if (moment === "after") return REMEDY_AFTER;
  return code === "contract.table-present" ? `${REMEDY_BEFORE} ${ADOPT}` : REMEDY_BEFORE;
}

const ADOPT = "If it has had the migration already and no ledger says so: schema-gate adopt.";
const REMEDY_BEFORE = "Bring this tenant's schema to what the migration expects, or exclude the tenant from the run.";
const REMEDY_AFTER =
  "Look at what the migration did on this tenant; IF NOT EXISTS may have passed over an object of another shape.";

function check(requirement: Requirement, lookup: Lookup) {
  switch (requirement.kind) {
    case "table":
      return checkTable(requirement, lookup);
    case "column":
      return checkColumn(requirement, lookup);
    case "index":
      return checkIndex(requirement, lookup);
    case "foreign key":
      return checkForeignKey(requirement, lookup);
    case "constraint":
      return checkConstraint(requirement, lookup);
  }
}
