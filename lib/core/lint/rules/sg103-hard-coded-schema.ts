import { schemaNames } from "../../isolation/schema-names.js";
import { find } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const hardCodedSchema: Rule = {
  id: "SG103",
  slug: "hard-coded-schema",
  title: "A shared object is changed where each tenant has a schema",
  condition: "Tenants are schemas of one database, and a statement changes an object in the schema public.",
  effect: "The statement meets the same object for every tenant, instead of each tenant's own.",
  workaround: "Write the name without a schema; the rollout sets the search_path.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  nodes: [],
  when: ({ schemaPerTenant }) => schemaPerTenant,
  *check(statement) {
    const changed = schemaNames(statement.node).filter(
      ({ schema, access }) => schema === "public" && access === "write",
    );
    for (const name of new Set(changed.map((each) => each.name))) {
      yield {
        statement,
        location: locationOf(name, statement.node),
        subject: { kind: "object", name },
        message: `Each tenant is a schema, but this changes ${name}: every tenant's run meets the same object.`,
        remedy: { text: `Write ${name.replace(/^public\./, "")} without a schema.` },
      };
    }
  },
};

/** A statement holds its main relation without the node's name around it. */
function locationOf(name: string, node: object): number | undefined {
  const own = Object.values(node).flatMap((body) => (body as { relation?: Relation }).relation ?? []);
  const relations: readonly Relation[] = [...find(node, "RangeVar"), ...own];
  return relations.find(({ schemaname, relname }) => `${schemaname}.${relname}` === name)?.location;
}

interface Relation {
  readonly schemaname?: string;
  readonly relname?: string;
  readonly location?: number;
}
