import type { CreateExtensionStmt } from "libpg-query";
import type { Migration } from "../migration/release.js";
import { isHarmless } from "../postgres/functions.js";
import { TRUSTED_EXTENSIONS } from "../postgres/trusted-extensions.js";
import { isParsed, parseSql } from "../sql/parse.js";
import { as, kindOf, type NodeKind, option, visit } from "../sql/tree.js";
import { namesUsed } from "./names-used.js";
import { isUnfollowed } from "./operation-types.js";
import { operationsOfText } from "./segments.js";

/**
 * Statements that contain no code for the server to run: no body, trigger, rule, cast or operator, no file and no other server. What they call is
 * checked by name, and so are extensions.
 */
const WITHOUT_CODE: ReadonlySet<NodeKind> = new Set([
  ...(["CreateStmt", "AlterTableStmt", "IndexStmt", "RenameStmt", "DropStmt", "CommentStmt", "TruncateStmt"] as const),
  ...(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "SelectStmt", "LockStmt", "ConstraintsSetStmt"] as const),
  ...(["CreateEnumStmt", "AlterEnumStmt", "CompositeTypeStmt", "CreateDomainStmt", "AlterDomainStmt"] as const),
  ...(["CreateSeqStmt", "AlterSeqStmt", "ViewStmt", "CreateTableAsStmt", "RefreshMatViewStmt"] as const),
  ...(["CreateStatsStmt", "AlterObjectSchemaStmt", "VacuumStmt", "ReindexStmt", "ClusterStmt"] as const),
  ...(["CreateSchemaStmt", "GrantStmt", "CreatePolicyStmt", "AlterPolicyStmt", "TransactionStmt"] as const),
]);

/** Settings that give access to nothing. */
const LIMITS: ReadonlySet<string | undefined> = new Set(["lock_timeout", "statement_timeout", "client_min_messages"]);

/** It changes a role, a path or a limit; harmless for rows, but also a way to leave a role. */
const SETS = "set_config";

/** Whether an SQL text can do nothing but what its statements say, whoever executes it. */
export function isPlainlyHarmlessText(text: string, allowed: ReadonlySet<string> = new Set()): boolean {
  // Letters of a name may be written as their numbers, and `t.name` may call a function.
  if (/\bu&"/i.test(text)) return false;
  const { statements } = parseSql(text, "text");
  return statements.every((statement) => {
    if (!isParsed(statement)) return false;
    if (LIMITS.has(as(statement.node, "VariableSetStmt")?.name)) return true;
    const extension = as(statement.node, "CreateExtensionStmt");
    if (extension) return isAllowed(extension, allowed);
    if (!WITHOUT_CODE.has(kindOf(statement.node)) || hasOther(statement.node)) return false;
    const { functions, systemFunctions, placedFunctions } = namesUsed(statement.node);
    const called = [...functions, ...systemFunctions];
    return placedFunctions.length === 0 && called.every((name) => name !== SETS && isHarmless(name));
  });
}

/** `extensions`: those that the config allows. With CASCADE the statement does not tell what else it creates. */
function isAllowed({ extname = "", options }: CreateExtensionStmt, extensions: ReadonlySet<string>): boolean {
  if (TRUSTED_EXTENSIONS.has(extname)) return true;
  return extensions.has(extname) && option(options, "cascade") === undefined;
}

/** Whether it contains another kind of statement, such as the one that CREATE TABLE AS executes. */
const STATEMENT = /^[A-Z]\w*Stmt$/;

function hasOther(node: unknown): boolean {
  let found = false;
  visit(node, (tag) => {
    if (STATEMENT.test(tag) && !WITHOUT_CODE.has(tag as NodeKind)) found = true;
  });
  return found;
}

/**
 * Whether every statement of a migration, and of its own way back, is plainly harmless. A team's own program is not. `extensions`: those that the
 * config allows besides the trusted ones.
 */
export function isPlainlyHarmless({ up, down, migrator }: Migration, extensions?: ReadonlySet<string>): boolean {
  if (migrator) return false;
  return [up, down].every((script) =>
    (script?.statements ?? []).every(
      (statement) =>
        isPlainlyHarmlessText(statement.sql, extensions) && !operationsOfText(statement).some(isUnfollowed),
    ),
  );
}
