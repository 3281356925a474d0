import type { Finding } from "../finding.js";
import { lowerCased } from "../lower-cased.js";
import { releaseFinding } from "../migration/release-finding.js";
import type { AnyStatement } from "../migration/script.js";
import { bodyStatements } from "../sql/body-statements.js";
import { isParsed } from "../sql/parse.js";

/**
 * Functions that run SQL assembled at run time. Creating one changes nothing yet, so it does not block; a statement of the release that calls it
 * does.
 */
export function dynamicSqlFindings(statements: readonly AnyStatement[]): readonly Finding[] {
  return statements.flatMap((statement): readonly Finding[] => {
    const body = isParsed(statement) ? bodyStatements(statement) : null;
    if (!body || body.runs) return [];
    return body.opaque.map(({ reason, source }) =>
      releaseFinding({
        code: "release.dynamic-sql",
        severity: "warning",
        subject: { kind: "statement", name: `${source.file}:${source.line}` },
        message: `A function of the release is not understood as a whole: ${lowerCased(reason)}.`,
        remedy: { text: "Look at what it runs: a statement that calls it is not understood, and blocks the release." },
        source,
      }),
    );
  });
}
