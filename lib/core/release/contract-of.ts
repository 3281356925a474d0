import { CANONICAL_VERSION } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import { applicationColumns } from "../contract/application.js";
import type { ColumnRequirement, Contract, Requirement } from "../contract/contract.js";
import { foldRequirements, type Told } from "../contract/fold.js";
import { qualifyNames } from "../contract/qualify.js";
import type { Migration } from "../migration/release.js";
import { FunctionBodies } from "../operations/called.js";
import { occurs } from "../operations/guards/occurs.js";
import type { Operation } from "../operations/index.js";
import { withMergedKeys } from "../operations/merged-keys.js";
import { nameChangesOf } from "../operations/name-changes.js";
import { requirementsOf } from "../operations/operation-types.js";
import { parseStatement } from "../sql/parse.js";
import type { Statement } from "../sql/statement.js";
import { formattedType } from "../sql/type-name.js";

/** Requirements are derived from the code only, before any tenant's catalog is known. */
const NOTHING_KNOWN = new CatalogIndex({ canonical: CANONICAL_VERSION, serverVersion: 0, objects: [], unseen: [] });

/**
 * What must hold before these migrations can run, and what holds after they have run. `others` are the migrations around them: a name without a
 * schema means the table of that name when the release has only one. `application` are the columns that the application's own code names. The parser
 * must be loaded (`loadParser`).
 */
export function contractOf(
  migrations: readonly Migration[],
  others: readonly Migration[] = migrations,
  application: readonly ColumnRequirement[] = [],
): Contract {
  const functions = FunctionBodies.ofRelease();
  const named = new Map(
    [...others, ...migrations].map((migration) => [migration, toldByMigration(migration, functions)]),
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
function toldByMigration(migration: Migration, functions: FunctionBodies): readonly Told[] {
  const stated = (migration.expects?.requirements ?? []).map((each): Requirement => ({ ...each, stated: true }));
  const statements = migration.up.statements.flatMap((statement) => toldByStatement(statement, functions));
  return [...stated, ...statements].map((each) => (each.kind === "column" ? withFormattedType(each) : each));
}

function withFormattedType(requirement: ColumnRequirement): ColumnRequirement {
  return requirement.type === null ? requirement : { ...requirement, type: formattedType(requirement.type) };
}

function toldByStatement(statement: Statement, functions: FunctionBodies): readonly Told[] {
  const parsed = parseStatement(statement);
  functions.note(parsed);
  return withMergedKeys(functions.operationsOf(parsed)).flatMap(toldByOperation);
}

/**
 * What must exist, then what changes, then what exists afterwards. A guarded operation certainly needs nothing; it certainly leaves something where
 * the guard asks for that to be absent.
 */
function toldByOperation(operation: Operation): readonly Told[] {
  const guarded = (operation.guards ?? []).length > 0;
  const requirements = requirementsOf({ ...operation, guards: [] }, NOTHING_KNOWN).map(
    (each): Requirement => (guarded || passesOver(operation) ? { ...each, stated: true } : each),
  );
  const changes = nameChangesOf(operation).map(
    (change): Told => ({ kind: "happening", change, certain: !guarded && !mayMiss(operation) }),
  );
  if (!guarded) {
    const before = requirements.filter(({ when }) => when === "before");
    return [...before, ...changes, ...requirements.filter(({ when }) => when !== "before")];
  }
  const whereAbsent = occurs(operation, NOTHING_KNOWN) === true;
  return [...changes, ...requirements.filter(({ when, present }) => whereAbsent && when !== "before" && present)];
}

/** IF NOT EXISTS: the statement succeeds whatever exists. */
function passesOver(operation: Operation): boolean {
  return "ifNotExists" in operation && operation.ifNotExists;
}

/** ALTER TABLE IF EXISTS … RENAME: does not rename what is absent. */
function mayMiss(operation: Operation): boolean {
  return operation.kind === "rename-table" && operation.ifExists;
}
