import { halfOfSwap } from "../../lint/rules/support/swapped-names.js";
import { LONGEST_NAME, objectName } from "../../postgres/chosen-names.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import type { Move, RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { bothWays } from "../support/both-ways.js";
import { fillMoves } from "../support/fill-move.js";
import { nullTest } from "../support/null-test.js";
import { refOf } from "../support/table-of.js";
import { neverNull } from "../swap/refuse-uncarried.js";
import { lastTrigger } from "../swap/stand-in.js";

export const renameColumn: RewriteKind = {
  id: "rename-column",
  title: "a second column kept equal by a trigger, and the rename in a later release",
  takesAway: ["SG016"],
  rewrite(statement, context) {
    const rename = as(statement.node, "RenameStmt");
    const table = rename?.relation;
    if (rename?.renameType !== "OBJECT_COLUMN" || rename.relationType !== "OBJECT_TABLE" || !table) return null;
    const [from = "", to = ""] = [rename.subname, rename.newname];
    const { before, known } = context;
    const ref = refOf(table, context);
    const column = before.column(ref, from);
    if (!column || known.isNew(table, statement)) return null;
    if (context.together && halfOfSwap(rename, statement) !== null) return null;
    const [relation, oldName, newName] = [readableRelation(table), readableName(from), readableName(to)];
    const condition = `no deployed version of the application uses ${relation}.${oldName}`;
    const wasDropped = before.column(ref, to) && known.table(table)?.columns.has(to) === false;
    if (wasDropped) return { moves: [{ sql: statement.sql, phase: "contract", slug: "rename", condition }] };
    if (before.column(ref, to)) throw new NotRewritable("name-taken", `${relation} has a column ${newName} already`);
    if (Buffer.byteLength(to, "utf8") > LONGEST_NAME)
      throw new NotRewritable(
        "long-name",
        `${to} is longer than the ${LONGEST_NAME} bytes that the server keeps of a name`,
      );
    if (column.attributes.generated !== "")
      throw new NotRewritable(
        "form",
        `${relation}.${oldName} is generated, so no second column can be kept equal to it`,
      );
    const { type, collation } = column.attributes;
    if (neverNull(type, context))
      throw new NotRewritable(
        "form",
        `${relation}.${oldName} is of a domain that is NOT NULL, and a second column begins empty`,
      );
    const name = lastTrigger(objectName(ref.name, `${from}_${to}`, "both"), ref, context);
    const test = nullTest([type], statement, context);
    const sync = bothWays({ table, name, from, to, test });
    const update = `UPDATE ${relation} SET ${newName} = ${oldName} WHERE ${newName} ${test.isNull} AND ${oldName} ${test.isNotNull}`;
    const add = `ALTER TABLE ${relation} ADD COLUMN ${newName} ${type}${collation === null ? "" : ` COLLATE ${collation}`}`;
    return {
      moves: [
        ...[add, ...sync.make].map((sql): Move => ({ sql, phase: "expand", slug: "both_names" })),
        ...fillMoves(update, ref, statement, context),
        ...[...sync.drop, `ALTER TABLE ${relation} DROP COLUMN ${newName}`, statement.sql].map(
          (sql): Move => ({ sql, phase: "contract", slug: "rename", condition }),
        ),
      ],
    };
  },
};
