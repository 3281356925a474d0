import { CANONICAL_VERSION } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import { requirementsOf } from "../operations/operation-types.js";
import { operationsOf } from "../operations/operations-of.js";
import type { Migration } from "../release/release.js";
import { isParsed, parseStatement } from "../sql/parse.js";
import { bodyStatements } from "../sql/plpgsql.js";
import type { ParsedStatement, Statement, UnparsedStatement } from "../sql/statement.js";
import { formattedType } from "../sql/type-name.js";
import { applicationColumns } from "./application.js";
import type { ColumnRequirement, Contract, Requirement } from "./contract.js";
import { foldRequirements } from "./fold.js";
import { qualifyNames } from "./qualify.js";

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
  const own = migrations.flatMap(requirementsOfMigration);
  const around = others.filter((each) => !migrations.includes(each)).flatMap(requirementsOfMigration);
  const all = [...own, ...around];
  const requirements = foldRequirements(qualifyNames(own, all));
  return {
    requirements,
    checks: migrations.flatMap((migration) => migration.expects?.checks ?? []),
    ...(application.length > 0 ? { application: applicationColumns(application, requirements, all) } : {}),
  };
}

/** The code's own expectations come first: they are checked before its SQL runs. */
function requirementsOfMigration(migration: Migration): readonly Requirement[] {
  const statements = migration.up.statements.flatMap((statement) => requirementsOfStatement(statement));
  return [...(migration.expects?.requirements ?? []), ...statements].map(withFormattedType);
}

function withFormattedType(requirement: Requirement): Requirement {
  if (requirement.kind !== "column" || requirement.type === null) return requirement;
  return { ...requirement, type: formattedType(requirement.type) };
}

function requirementsOfStatement(statement: Statement): readonly Requirement[] {
  return looksInside(parseStatement(statement)).flatMap((each) =>
    operationsOf(each.statement)
      .flatMap((operation) => requirementsOf(operation, NOTHING_KNOWN))
      // What stands under a condition needs nothing for sure, and leaves nothing for sure.
      .filter((requirement) => !each.conditional || (requirement.when !== "before" && requirement.present)),
  );
}

type Inner = { readonly statement: ParsedStatement | UnparsedStatement; readonly conditional: boolean };

/** A DO block stands for the statements of its body. */
function looksInside(statement: ParsedStatement | UnparsedStatement): readonly Inner[] {
  const body = isParsed(statement) ? bodyStatements(statement) : null;
  if (!body?.runs) return [{ statement, conditional: false }];
  return body.statements.map((inner) => ({ statement: inner, conditional: inner.conditional }));
}
