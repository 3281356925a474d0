import type { ConstraintsSetStmt, RangeVar } from "libpg-query";
import { as } from "../../../sql/tree.js";
import { rangeKey } from "../../known/key.js";
import type { Known } from "../../known/known.js";
import type { KnownConstraint } from "../../known/table.js";
import type { LintStatement } from "../../lint-statement.js";

interface Pending {
  readonly write: LintStatement;
  readonly constraint: KnownConstraint;
}

const WRITES = ["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"] as const;

/** The write of this transaction that leaves pending events of a deferred constraint in the table, until the commit or SET CONSTRAINTS. */
export function pendingEvents(known: Known, statement: LintStatement, table: RangeVar): Pending | null {
  const before = (kind: Parameters<Known["before"]>[1]) =>
    known.before(statement, kind).filter((each) => each.transaction?.id === statement.transaction?.id);
  if (!statement.transaction) return null;
  const sets = before("ConstraintsSetStmt");
  for (const kind of WRITES) {
    for (const write of before(kind)) {
      const settled = sets.some((set) => isAfter(set, write) && as(set.node, "ConstraintsSetStmt")?.deferred !== true);
      if (settled || written(write) !== rangeKey(table)) continue;
      const deferring = sets
        .filter((set) => isAfter(write, set))
        .flatMap((set) => as(set.node, "ConstraintsSetStmt") ?? []);
      const constraint = constraintsOf(known, write, table).find((each) => waits(each, deferring));
      if (constraint) return { write, constraint };
    }
  }
  return null;
}

function isAfter(statement: LintStatement, other: LintStatement): boolean {
  const [at, from] = [statement.source, other.source];
  return at.line > from.line || (at.line === from.line && at.column > from.column);
}

function written({ node }: LintStatement): string | null {
  const { relation } =
    as(node, "InsertStmt") ?? as(node, "UpdateStmt") ?? as(node, "DeleteStmt") ?? as(node, "MergeStmt") ?? {};
  return relation ? rangeKey(relation) : null;
}

function waits({ deferrable, deferred }: KnownConstraint, sets: readonly ConstraintsSetStmt[]): boolean {
  return deferred === true || (deferrable === true && sets.some((set) => set.deferred === true));
}

/** Constraints of the table, or of others that point at it, that the write makes PostgreSQL check. */
function constraintsOf(known: Known, write: LintStatement, table: RangeVar): readonly KnownConstraint[] {
  const key = rangeKey(table);
  const update = as(write.node, "UpdateStmt");
  const columns = update?.targetList?.map((target) => as(target, "ResTarget")?.name);
  const touches = (names: readonly string[]) => !columns || names.some((name) => columns.includes(name));
  const own = as(write.node, "DeleteStmt")
    ? []
    : (known.tables.get(key)?.constraints ?? []).filter((each) => KEYS.has(each.type) && touches(each.columns));
  const pointing = as(write.node, "InsertStmt")
    ? []
    : [...known.tables.values()]
        .flatMap(({ constraints }) => constraints)
        .filter(
          ({ references, referenced = [] }) => references === key && (referenced.length === 0 || touches(referenced)),
        );
  return [...own, ...pointing];
}

const KEYS: ReadonlySet<KnownConstraint["type"]> = new Set(["foreign", "unique", "primary", "exclusion"]);
