import type { Constraint } from "libpg-query";
import type { LintStatement } from "../../lint/lint-statement.js";
import { type AddedConstraint, addedConstraints, notValidForm } from "../../lint/rules/support/added-constraints.js";
import { LONGEST_NAME } from "../../postgres/chosen-names.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import type { Move, RewriteContext, Rewriting } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { freshName } from "../swap/stand-in.js";
import { isReplacement } from "./replaced-constraint.js";
import { refuseOnly, singleAlter } from "./single-alter.js";
import { refOf } from "./table-of.js";

/** The constraint that an ALTER TABLE adds to an existing table, if it does only that and the constraint is of this kind. */
export function addedConstraint(
  statement: LintStatement,
  kind: NonNullable<Constraint["contype"]>,
  { known }: RewriteContext,
): AddedConstraint | null {
  const alter = singleAlter(statement, "AT_AddConstraint");
  const [added] = addedConstraints(statement, kind, known);
  if (!alter || !added || known.isNew(alter.table, statement)) return null;
  return added;
}

/** What a rewrite requires of a constraint before it writes its name down. Throws `NotRewritable`. */
export function refuseUnfit(statement: LintStatement, added: AddedConstraint, { known }: RewriteContext): void {
  const alter = singleAlter(statement, "AT_AddConstraint");
  if (alter) refuseOnly(alter);
  if (Buffer.byteLength(added.name, "utf8") > LONGEST_NAME)
    throw new NotRewritable(
      "long-name",
      `${added.name} is longer than the ${LONGEST_NAME} bytes that the server keeps of a name`,
    );
  if (known.table(added.table)?.kind === "foreign")
    throw new NotRewritable("no-way", `${readableRelation(added.table)} is a foreign table`);
}

/** ADD … NOT VALID, then VALIDATE; one that replaces another of the same name gets the name at the end. */
export function notValidMoves(statement: LintStatement, added: AddedConstraint, context: RewriteContext): Rewriting {
  const { table, name } = added;
  const replaces = isReplacement(name, table, statement, context);
  const own = replaces ? freshName(name, refOf(table, context), context) : name;
  const [add = "", validate = ""] = notValidForm(statement, { ...added, name: own });
  const alter = `ALTER TABLE ${readableRelation(table)}`;
  const exchange = [
    `${alter} DROP CONSTRAINT ${readableName(name)}`,
    `${alter} RENAME CONSTRAINT ${readableName(own)} TO ${readableName(name)}`,
  ];
  return {
    moves: [
      { sql: add, phase: "expand", slug: "constraint" },
      { sql: validate, phase: "expand", slug: "validate" },
      ...(replaces ? exchange : []).map((sql): Move => ({ sql, phase: "switch", slug: "replace" })),
    ],
  };
}
