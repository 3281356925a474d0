import type { LintStatement } from "../../lint/lint-statement.js";
import { as } from "../../sql/tree.js";
import type { RewriteContext } from "../kind.js";

/** What follows an expression to test whether it is NULL. */
export interface NullTest {
  readonly isNull: string;
  readonly isNotNull: string;
}

const PLAIN: NullTest = { isNull: "IS NULL", isNotNull: "IS NOT NULL" };
/** For a row type, `IS NULL` tests the fields: `ROW(1, NULL)` is neither NULL nor NOT NULL. Source: functions-comparison of the manual. */
const OF_ROWS: NullTest = { isNull: "IS NOT DISTINCT FROM NULL", isNotNull: "IS DISTINCT FROM NULL" };

const NEVER_ROWS: readonly unknown[] = ["enum", "range", "base"];

/** The test for values of these types, as the server or a person wrote them. */
export function nullTest(
  types: readonly string[],
  statement: LintStatement,
  { before, known }: RewriteContext,
): NullTest {
  const made = known
    .before(statement, "CompositeTypeStmt")
    .map(({ node }) => as(node, "CompositeTypeStmt")?.typevar?.relname);
  const rows = before.catalog.objects.filter(
    ({ kind, attributes }) =>
      ["table", "view", "domain"].includes(kind) || (kind === "type" && !NEVER_ROWS.includes(attributes.form)),
  );
  const names = new Set([...rows.map(({ id }) => id.name), ...made]);
  return types.some((type) => names.has(bareName(type))) ? OF_ROWS : PLAIN;
}

/** Without schema, quotes, length and collation. */
function bareName(type: string): string {
  const quoted = /"((?:[^"]|"")+)"(?:\([^)]*\))?$/.exec(type)?.[1];
  return (
    quoted?.replaceAll('""', '"') ??
    type
      .replace(/\(.*$| COLLATE .*$/, "")
      .split(".")
      .at(-1) ??
    type
  );
}
