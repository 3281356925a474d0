import { partsKey } from "../../lint/known/key.js";
import { treeAlone } from "../../sql/parse.js";
import { readableName } from "../../sql/readable-name.js";
import { as, constant, find, strings } from "../../sql/tree.js";
import type { RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import type { StandIn } from "../swap/stand-in.js";
import { standingDependents } from "../swap/standing-dependents.js";

/** Indexes and constraints that cannot be made over the second columns as they are. Throws `NotRewritable`. `removed`: labels that go. */
export function refuseDependents(
  standIns: readonly StandIn[],
  old: readonly string[],
  removed: readonly string[],
  context: RewriteContext,
): void {
  const seen = new Set<string>();
  for (const standIn of standIns) {
    const { constraints, indexes } = standingDependents(standIn, context);
    for (const { kind, id, definition } of [...constraints, ...indexes]) {
      const what = `the ${kind} ${readableName(id.name)}`;
      if (seen.has(`${id.schema}.${id.name}`))
        throw new NotRewritable("form", `${what} covers several columns that get the new type`);
      seen.add(`${id.schema}.${id.name}`);
      const label = labelsIn(definition ?? "", old).find((each) => removed.includes(each));
      if (label !== undefined)
        throw new NotRewritable(
          "form",
          `${what} names the value ${label}, which the new type does not have: drop it in an earlier migration`,
        );
    }
  }
}

/** The values of an enum in the definition of an index or a constraint, as the server prints them. */
function labelsIn(definition: string, type: readonly string[]): readonly string[] {
  const tree = treeAlone(definition) ?? treeAlone(`ALTER TABLE x ADD CONSTRAINT x ${definition}`) ?? undefined;
  return find(tree, "TypeCast").flatMap((cast) => {
    const isOld = partsKey(strings(cast.typeName?.names)) === partsKey(type);
    return isOld && as(cast.arg, "A_Const") ? (constant(cast.arg) ?? []) : [];
  });
}
