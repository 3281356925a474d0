import { operationsOf } from "../operations/operations-of.js";
import { isParsed } from "../sql/parse.js";
import { bodyStatements } from "../sql/plpgsql.js";
import type { Opaque } from "./coverage.js";
import type { AnyStatement } from "./script.js";

export interface Examined {
  readonly understood: number;
  readonly opaque: readonly Opaque[];
}

/** Which statements of a script are understood, and which are not and why. */
export function examineStatements(statements: readonly AnyStatement[]): Examined {
  const each = statements.map(examine);
  return {
    understood: each.filter((opaque) => opaque.length === 0).length,
    opaque: each.flat(),
  };
}

function examine(statement: AnyStatement): readonly Opaque[] {
  if (!isParsed(statement)) {
    const reason = `PostgreSQL's parser refuses it (${statement.error})`;
    return [{ reason, text: statement.sql, source: statement.source }];
  }
  const body = bodyStatements(statement);
  if (body?.runs) return [...body.opaque, ...body.statements.flatMap(examine)];
  return operationsOf(statement).flatMap((operation) =>
    operation.kind === "opaque"
      ? [{ reason: sentence(operation.reason), text: statement.sql, source: statement.source }]
      : [],
  );
}

function sentence(reason: string): string {
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}
