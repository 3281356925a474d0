import type { Script } from "../migration/release.js";
import { parseSql } from "../sql/parse.js";
import type { Statement } from "../sql/statement.js";
import type { Operation } from "./kinds/index.js";
import { operationsOf } from "./operations-of.js";

/** Statements that run together: in one transaction, or, when `transactional` is false, a single statement. */
export interface Segment {
  readonly transactional: boolean;
  readonly statements: readonly Statement[];
}

/** Derived once for each statement of a loaded release, however many gates ask. */
const KNOWN = new WeakMap<Statement, readonly Operation[]>();

/** The operations of a statement that was stored as text, derived on the first request; the parser must be loaded. */
export function operationsOfText(statement: Statement): readonly Operation[] {
  const known = KNOWN.get(statement);
  if (known) return known;
  const operations = derived(statement);
  KNOWN.set(statement, operations);
  return operations;
}

function derived(statement: Statement): readonly Operation[] {
  const { statements } = parseSql(statement.sql, statement.source.file);
  const [only] = statements;
  if (statements.length !== 1 || !only) {
    return operationsOf({ ...statement, error: "the text is not one statement", errorAt: 0 });
  }
  return operationsOf({ ...only, index: statement.index, source: statement.source });
}

/**
 * How a script is cut into transactions: one for all, except where PostgreSQL forbids it (CREATE INDEX CONCURRENTLY, VACUUM, an enum value that a
 * later statement uses), or one per statement when the script says so.
 */
export function segmentsOf(script: Script): readonly Segment[] {
  const segments: { transactional: boolean; statements: Statement[] }[] = [];
  let open: { transactional: boolean; statements: Statement[] } | null = null;
  for (const [at, statement] of script.statements.entries()) {
    const operations = operationsOfText(statement);
    const outside = operations.some(({ transactionality }) => transactionality === "outside");
    if (outside || script.transaction === "none") {
      // Where only the script asks for it, the statement gets a transaction of its own, which also records it as done.
      segments.push({ transactional: !outside && operations.every(mayBeWrapped), statements: [statement] });
      open = null;
      continue;
    }
    if (!open) {
      open = { transactional: true, statements: [] };
      segments.push(open);
    }
    open.statements.push(statement);
    const commits = script.commits?.includes(at) === true;
    if (commits || endsTransaction(operations, script.statements.slice(at + 1))) open = null;
  }
  return segments;
}

/**
 * PostgreSQL refuses a procedure or a DO block that commits in a transaction, and its text does not tell; nor does the text of REINDEX and CLUSTER,
 * which it refuses for a partitioned table.
 */
const UNWRAPPED: ReadonlySet<Operation["kind"]> = new Set(["opaque", "transaction-control", "reindex", "maintain"]);

function mayBeWrapped({ kind }: Operation): boolean {
  return !UNWRAPPED.has(kind);
}

/** A new enum value can only be used after commit; the transaction ends here when a later statement names the value. */
function endsTransaction(operations: readonly Operation[], later: readonly Statement[]): boolean {
  return operations.some(
    (operation) =>
      operation.kind === "add-enum-value" &&
      later.some((statement) => statement.sql.includes(`'${operation.value.replaceAll("'", "''")}'`)),
  );
}
