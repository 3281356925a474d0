import type { ConstraintObject, IndexObject } from "../catalog/catalog.js";
import type { QualifiedName } from "../sql/qualified-name.js";
import type { ConstraintRequirement, ForeignKeyRequirement, IndexRequirement, TableRequirement } from "./contract.js";
import { type Failure, type Lookup, shown } from "./lookup.js";

export function checkTable(requirement: TableRequirement, lookup: Lookup): readonly Failure[] {
  const name = shown(requirement.table);
  if ((lookup.table(requirement.table) !== null) === requirement.present) return [];
  const message = requirement.present
    ? `the table ${name} must be there, and it is missing.`
    : `the table ${name} must not be there, and it is.`;
  const code = requirement.present ? "contract.table-missing" : "contract.table-present";
  return [{ code, subject: { kind: "table", name }, message, source: requirement.source }];
}

export function checkIndex(requirement: IndexRequirement, lookup: Lookup): readonly Failure[] {
  const { name, source } = requirement;
  const failure = (code: string, message: string): Failure => ({
    code: `contract.index-${code}`,
    subject: { kind: "index", name },
    message,
    source,
  });
  if (!requirement.present) {
    const there =
      requirement.on.length === 0
        ? lookup.index.indexesNamed(name)
        : requirement.on.flatMap(({ table }) => onTable(lookup, table, name));
    return there.length === 0 ? [] : [failure("present", `the index ${name} must not be there, and it is.`)];
  }
  return requirement.on.flatMap(({ table, keys }): readonly Failure[] => {
    const [index] = onTable(lookup, table, name);
    if (!index) return [failure("missing", `the index ${name} on ${shown(table)} must be there, and it is missing.`)];
    return indexDifferences(requirement, index, keys, shown(table)).map(([code, message]) => failure(code, message));
  });
}

function indexDifferences(
  requirement: IndexRequirement,
  index: IndexObject,
  keys: readonly string[] | null,
  table: string,
): [string, string][] {
  const { name, unique } = requirement;
  const found: [string, string][] = [];
  if (!index.attributes.valid) found.push(["invalid", `the index ${name} on ${table} must be valid, and it is not.`]);
  if (unique !== null && unique !== index.attributes.unique) {
    found.push([
      "unique",
      `the index ${name} on ${table} must ${unique ? "" : "not "}be unique, and it is${unique ? " not" : ""}.`,
    ]);
  }
  const actual = index.attributes.keys.map(bareKey);
  if (keys && keys.join("\0") !== actual.join("\0")) {
    found.push([
      "keys",
      `the index ${name} on ${table} must have the keys ${keys.join(", ")}, and it has ${actual.join(", ")}.`,
    ]);
  }
  return found;
}

/** `"Name" DESC` as the column's name. */
function bareKey(key: string): string {
  const quoted = /^"((?:[^"]|"")*)"/.exec(key);
  if (quoted) return (quoted[1] ?? "").replaceAll('""', '"');
  return /^[\w$\u0080-\uffff]+/.exec(key)?.[0] ?? key;
}

/** Materialized views have indexes too. */
function onTable(lookup: Lookup, name: QualifiedName, index: string): readonly IndexObject[] {
  const table = lookup.relation(name);
  return table ? lookup.index.indexes(table).filter((each) => each.id.name === index) : [];
}

export function checkForeignKey(requirement: ForeignKeyRequirement, lookup: Lookup): readonly Failure[] {
  const keys = constraintsOf(lookup, requirement.table).filter(({ attributes }) => attributes.type === "f");
  const columns = requirement.columns.join(", ");
  const found = keys.find(
    ({ attributes, id }) =>
      (requirement.columns.length === 0 ? id.name === requirement.name : attributes.columns.join(", ") === columns) &&
      (!requirement.present || attributes.references?.table === requirement.references.name),
  );
  if ((found !== undefined) === requirement.present) return [];
  const name = `${shown(requirement.table)} (${columns})`;
  const message = requirement.present
    ? `the foreign key on ${name} to ${shown(requirement.references)} must be there, and it is missing.`
    : `the foreign key on ${name} must not be there, and it is.`;
  const code = requirement.present ? "contract.foreign-key-missing" : "contract.foreign-key-present";
  return [{ code, subject: { kind: "foreign key", name }, message, source: requirement.source }];
}

const LETTERS = { "primary key": "p", unique: "u", check: "c", exclusion: "x" } as const;

export function checkConstraint(requirement: ConstraintRequirement, lookup: Lookup): readonly Failure[] {
  const letter = LETTERS[requirement.type];
  const found = constraintsOf(lookup, requirement.table).find(
    ({ attributes, id }) =>
      attributes.type === letter &&
      (requirement.name === null
        ? requirement.columns.length === 0 || attributes.columns.join("\0") === requirement.columns.join("\0")
        : id.name === requirement.name),
  );
  if ((found !== undefined) === requirement.present) return [];
  const what = `${requirement.type} constraint ${requirement.name ?? `(${requirement.columns.join(", ")})`}`;
  const name = `${shown(requirement.table)}.${requirement.name ?? requirement.columns.join(", ")}`;
  const message = requirement.present
    ? `the ${what} on ${shown(requirement.table)} must be there, and it is missing.`
    : `the ${what} on ${shown(requirement.table)} must not be there, and it is.`;
  const code = requirement.present ? "contract.constraint-missing" : "contract.constraint-present";
  return [{ code, subject: { kind: "constraint", name }, message, source: requirement.source }];
}

function constraintsOf(lookup: Lookup, name: QualifiedName): readonly ConstraintObject[] {
  const table = lookup.table(name);
  return table ? lookup.index.constraints(table) : [];
}
