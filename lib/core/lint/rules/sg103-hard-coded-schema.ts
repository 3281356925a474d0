import { find } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const hardCodedSchema: Rule = {
  id: "SG103",
  slug: "hard-coded-schema",
  title: "A schema is named where each tenant has its own",
  condition: "Tenants are schemas of one database, and a statement names a table with the schema public.",
  effect: "The statement meets the same table for every tenant, instead of each tenant's own.",
  workaround: "Write the name without a schema; the rollout sets the search_path.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  nodes: [],
  when: ({ schemaPerTenant }) => schemaPerTenant,
  *check(statement) {
    for (const relation of findRelations(statement.node)) {
      if (relation.schemaname !== "public") continue;
      yield {
        statement,
        location: relation.location,
        subject: { kind: "table", name: `public.${relation.relname}` },
        message: `Each tenant is a schema, but this names public.${relation.relname}: every tenant's run meets the same table.`,
        remedy: { text: `Write ${relation.relname} without a schema.` },
      };
    }
  },
};

/** A statement holds its main relation without the node's name around it. */
function* findRelations(node: object) {
  yield* find(node, "RangeVar");
  for (const body of Object.values(node)) {
    const own = (body as { relation?: { relname?: string; schemaname?: string; location?: number } }).relation;
    if (own?.relname !== undefined) yield own;
  }
}
