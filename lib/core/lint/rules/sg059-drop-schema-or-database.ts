import { as, strings } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const dropSchemaOrDatabase: Rule = {
  id: "SG059",
  slug: "drop-schema-or-database",
  title: "A whole schema or database is dropped",
  condition:
    "DROP SCHEMA … CASCADE, DROP DATABASE, DROP OWNED. DROP SCHEMA without CASCADE only drops an empty one and is not reported.",
  effect: "Everything in it is gone, and only a backup restores it.",
  workaround: "Drop the objects one by one, where each can be seen; drop a database by hand, not in a migration.",
  lock: null,
  work: "delete",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  nodes: ["DropStmt", "DropdbStmt", "DropOwnedStmt"],
  *check(statement) {
    const drop = as(statement.node, "DropStmt");
    const database = as(statement.node, "DropdbStmt");
    const owned = as(statement.node, "DropOwnedStmt");
    const schemas =
      drop?.removeType === "OBJECT_SCHEMA" && drop.behavior === "DROP_CASCADE" ? strings(drop.objects) : [];
    const gone = [
      ...schemas.map((name) => ({ kind: "schema", name })),
      ...(database ? [{ kind: "database", name: database.dbname ?? "" }] : []),
      ...(owned ? [{ kind: "role", name: "everything that a role owns" }] : []),
    ];
    for (const subject of gone) {
      yield {
        statement,
        subject,
        message: `This drops the ${subject.kind} ${subject.name} with everything in it; only a backup brings it back.`,
        remedy: { text: "Drop its objects one by one, so that each loss is seen." },
      };
    }
  },
};
