import { CANONICAL_VERSION } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import { applicationColumns } from "../contract/application.js";
import type { ColumnRequirement, Contract, Requirement } from "../contract/contract.js";
import { foldRequirements } from "../contract/fold.js";
import { qualifyNames } from "../contract/qualify.js";
import type { Migration } from "../migration/release.js";
import { FunctionBodies } from "../operations/called.js";
import { occurs } from "../operations/guards/occurs.js";
import { requirementsOf } from "../operations/operation-types.js";
import { parseStatement } from "../sql/parse.js";
import type { Statement } from "../sql/statement.js";
import { formattedType } from "../sql/type-name.js";

/** Requirements are derived from the code alone, before any tenant's catalog is known. */
const NOTHING_KNOWN = new CatalogIndex({ canonical: CANONICAL_VERSION, serverVersion: 0, objects: [], unseen: [] });

/**
 * What must hold before these migrations can run, and what holds after they ran. `others` are the migrations around them:
 * a name without a schema means the table of that name when the release has only one. `application` are the columns that
 * the application's own code names.
 * The parser must be loaded (`loadParser`).
 */
export function contractOf(
  migrations: readonly Migration[],
  others: readonly Migration[] = migrations,
  application: readonly ColumnRequirement[] = [],
): Contract {
  const functions = new FunctionBodies();
  const named = new Map(
    [...others, ...migrations].map((migration) => [migration, requirementsOfMigration(migration, functions)]),
  );
  const own = migrations.flatMap((migration) => named.get(migration) ?? []);
  const all = [...named.values()].flat();
  const requirements = foldRequirements(qualifyNames(own, all));
  return {
    requirements,
    checks: migrations.flatMap((migration) => migration.expects?.checks ?? []),
    ...(application.length > 0 ? { application: applicationColumns(application, requirements, all) } : {}),
  };
}

/** The code's own expectations come first: they are checked before its SQL runs. */
function requirementsOfMigration(migration: Migration, functions: FunctionBodies): readonly Requirement[] {
  const statements = migration.up.statements.flatMap((statement) => requirementsOfStatement(statement, functions));
  return [...(migration.expects?.requirements ?? []), ...statements].map(withFormattedType);
}

function withFormattedType(requirement: Requirement): Requirement {
  if (requirement.kind !== "column" || requirement.type === null) return requirement;
  return { ...requirement, type: formattedType(requirement.type) };
}

/** What stands under a guard needs nothing for sure; it leaves something for sure where the guard asks for its absence. */
function requirementsOfStatement(statement: Statement, functions: FunctionBodies): readonly Requirement[] {
  const parsed = parseStatement(statement);
  functions.note(parsed);
  return functions.operationsOf(parsed).flatMap((operation) => {
    const requirements = requirementsOf({ ...operation, guards: [] }, NOTHING_KNOWN);
    if ((operation.guards ?? []).length === 0) return requirements;
    const whereAbsent = occurs(operation, NOTHING_KNOWN) === true;
    return requirements.filter((requirement) => whereAbsent && requirement.when !== "before" && requirement.present);
  });
}
