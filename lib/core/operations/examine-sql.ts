import { capitalized } from "../capitalized.js";
import type { Opaque } from "../migration/coverage.js";
import type { AnyStatement } from "../migration/script.js";
import { bodyStatements } from "../sql/body-statements.js";
import { isParsed } from "../sql/parse.js";
import { FunctionBodies } from "./called.js";

export interface Examined {
  readonly understood: number;
  readonly opaque: readonly Opaque[];
}

/**
 * Which statements of a script are understood, which are not, and why. `functions` are the release's so far; those that the script creates are added,
 * so that calls of them are followed.
 */
export function examineStatements(
  statements: readonly AnyStatement[],
  functions: FunctionBodies = FunctionBodies.ofRelease(),
): Examined {
  const each = statements.map((statement) => {
    functions.note(statement);
    return examine(statement, functions);
  });
  return {
    understood: each.filter((opaque) => opaque.length === 0).length,
    opaque: each.flat(),
  };
}

function examine(statement: AnyStatement, functions: FunctionBodies): readonly Opaque[] {
  if (!isParsed(statement)) {
    const reason = /^\s*copy\b[^;]*\bfrom\s+stdin\b/i.test(statement.sql)
      ? "Only psql sends the rows after COPY … FROM stdin; write INSERT, or load them outside of the migration"
      : `PostgreSQL's parser refuses it (${statement.error})`;
    return [{ reason, text: statement.sql, source: statement.source }];
  }
  const body = bodyStatements(statement);
  if (body?.runs) {
    const uncertainty = functions.uncertaintyOf(statement);
    const untold =
      uncertainty === null ? [] : [{ reason: capitalized(uncertainty), text: statement.sql, source: statement.source }];
    return [...body.opaque, ...untold, ...body.statements.flatMap((inner) => examine(inner, functions))];
  }
  return functions
    .operationsOf(statement)
    .flatMap((operation) =>
      operation.kind === "opaque"
        ? [{ reason: capitalized(operation.reason), text: statement.sql, source: statement.source }]
        : [],
    );
}
