import type { RangeVar } from "libpg-query";
import { printType, sameType, typeOf } from "../../postgres/column-type.js";
import { as } from "../../sql/tree.js";
import { columnsFrom } from "../known/from-definition.js";
import { relationKey } from "../known/key.js";
import type { Known } from "../known/known.js";
import { indexFrom } from "../known/learn.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Report, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const ifNotExistsHidesADifference: Rule = {
  id: "SG099",
  slug: "if-not-exists-hides-a-difference",
  title: "IF NOT EXISTS accepts another shape",
  condition:
    "CREATE TABLE, CREATE INDEX or ADD COLUMN … IF NOT EXISTS of something that the catalog or an earlier file shows to have another shape. A warning for an index that guards no uniqueness, which costs time and no data; a note where nothing is known about the existing one.",
  effect:
    "The name is there, so the server skips the statement and reports success; what the release counts on is not there.",
  workaround:
    "Leave IF NOT EXISTS out, so that a difference fails loudly; or verify the shape afterwards, as `schema-gate` does after each tenant.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  nodes: ["CreateStmt", "IndexStmt", "AT_AddColumn"],
  *check(statement, known) {
    const create = as(statement.node, "CreateStmt");
    if (create?.relation && create.if_not_exists) yield* judgeTable(statement, known, create.relation);
    const index = as(statement.node, "IndexStmt");
    if (index?.relation && index.if_not_exists && index.idxname !== undefined)
      yield* judgeIndex(statement, known, index.relation);
    for (const { table, command } of alterCommands(statement, "AT_AddColumn")) {
      if (command.missing_ok) yield* judgeColumn(statement, known, table, as(command.def, "ColumnDef"));
    }
  },
};

function* judgeTable(statement: LintStatement, known: Known, relation: RangeVar): Generator<Report> {
  const existing = known.table(relation);
  const name = tableName(relation);
  if (!existing || existing.origin === "nowhere") {
    if (!known.live) yield unknownShape(statement, "table", name);
    return;
  }
  const differences = columnsFrom(as(statement.node, "CreateStmt")?.tableElts, statement).flatMap((column) => {
    const other = existing.columns.get(column.name);
    if (!other) return existing.complete ? [`it has no column ${column.name}`] : [];
    const differs = column.type && other.type && !sameType(column.type, other.type);
    return differs && other.type ? [`${column.name} is ${printType(other.type)}`] : [];
  });
  if (differences.length > 0) yield report(statement, "table", name, differences.join("; "));
}

function* judgeIndex(statement: LintStatement, known: Known, relation: RangeVar): Generator<Report> {
  const index = as(statement.node, "IndexStmt");
  if (!index) return;
  const fresh = indexFrom(index, statement, known);
  const existing = known.indexes.get(relationKey(relation.schemaname, fresh.name));
  if (!existing) {
    const newTable = known.isNew(relation, statement);
    if (!known.live && !newTable && !index.concurrent) yield unknownShape(statement, "index", fresh.name);
    return;
  }
  const differences = [
    ...(existing.table === fresh.table ? [] : [`it stands on ${existing.table}`]),
    ...(existing.keys.join() === fresh.keys.join()
      ? []
      : [`its columns are ${existing.keys.map((key) => key ?? "an expression").join(", ")}`]),
    ...(existing.unique === fresh.unique ? [] : [existing.unique ? "it is unique" : "it is not unique"]),
    ...(existing.partial === fresh.partial ? [] : [existing.partial ? "it has a WHERE" : "it has no WHERE"]),
    ...(existing.valid ? [] : ["it is INVALID"]),
  ];
  if (differences.length === 0) return;
  const guards = existing.unique || fresh.unique;
  const found = report(statement, "index", fresh.name, differences.join("; "));
  yield guards ? found : { ...found, severity: "warning" };
}

function* judgeColumn(
  statement: LintStatement,
  known: Known,
  table: RangeVar,
  definition: ReturnType<typeof as<"ColumnDef">>,
): Generator<Report> {
  const name = `${tableName(table)}.${definition?.colname}`;
  const existing = known.table(table);
  const other = existing?.columns.get(definition?.colname ?? "");
  const type = typeOf(definition?.typeName);
  if (!other) {
    if (!known.live && !existing?.complete) yield unknownShape(statement, "column", name);
  } else if (type && other.type && !sameType(type, other.type)) {
    yield report(statement, "column", name, `its type is ${printType(other.type)}, not ${printType(type)}`);
  }
}

function report(statement: LintStatement, kind: string, name: string, difference: string): Report {
  return {
    statement,
    subject: { kind, name },
    message: `The ${kind} ${name} already exists with a different definition: ${difference}. IF NOT EXISTS skips the statement and reports success.`,
    remedy: { text: "Change the existing one to the shape that you want, by explicit statements." },
  };
}

function unknownShape(statement: LintStatement, kind: string, name: string): Report {
  return {
    statement,
    subject: { kind, name },
    severity: "note",
    message: `If ${kind} ${name} already exists with another shape, IF NOT EXISTS skips the statement and reports success.`,
    remedy: {
      text: "Leave IF NOT EXISTS out, or verify the shape afterwards, as `schema-gate` does after each tenant.",
    },
  };
}
