import type { Fields } from "./fields.js";
import { type Assembly, onRelations, source } from "./source.js";

const FIELDS = ["schema", "table", "name", "enabled", "definition"] as const;
type Field = (typeof FIELDS)[number];

const FROM = "from rel r join pg_trigger t on t.tgrelid = r.oid";
const fields: Readonly<Record<Field, string>> = {
  schema: "r.schema",
  table: "r.relname",
  name: "t.tgname",
  enabled: "t.tgenabled",
  definition: "pg_get_triggerdef(t.oid)",
};

/** Triggers as written. Their clones on partitions belong to the parent. */
export const triggers = source<Field>({
  tag: "trigger",
  select: () => ({ fields, from: `${FROM} where not t.tgisinternal and t.tgparentid = 0` }),
  read: (row, assembly) => addTrigger(row, assembly, null),
});

/** Object id of pg_trigger. */
const TRIGGERS = 2620;

/** Clones whose state was changed from their parent's. */
export const switchedClones = source<Field | "parent">({
  tag: "switched clone",
  rare: {
    catalogs: [TRIGGERS],
    // Including disabled triggers behind a foreign key.
    census: (scope) =>
      `select '${TRIGGERS}'::oid, '0'::oid from pg_trigger where ${onRelations(scope, "tgrelid")} tgenabled <> 'O' and (tgparentid <> 0 or tgisinternal)`,
  },
  select: () => ({
    fields: { ...fields, parent: "parent.tgenabled" },
    from: `${FROM} join pg_trigger parent on parent.oid = t.tgparentid where t.tgenabled <> parent.tgenabled
      and not parent.tgisinternal`,
  }),
  read: (row, assembly) => addTrigger(row, assembly, row.text("parent")),
});

/** The triggers behind a foreign key are not objects of their own, but a disabled one leaves the key unguarded: the constraint says so. */
export const unguarded = source<"schema" | "table" | "constraint" | "states">({
  tag: "unguarded constraint",
  rare: { catalogs: [TRIGGERS] },
  select: () => ({
    fields: {
      schema: "r.schema",
      table: "r.relname",
      constraint: "k.conname",
      states: "array_agg(t.tgtype::text || ' ' || t.tgenabled::text order by t.tgtype, t.tgenabled)",
    },
    from: `from rel r join pg_constraint k on k.conrelid = r.oid
      join pg_trigger t on t.tgconstraint = k.oid and t.tgisinternal and t.tgenabled <> 'O' group by r.schema, r.relname, k.conname`,
  }),
  read(row, assembly) {
    const id = { schema: row.text("schema"), table: row.text("table"), name: row.text("constraint") };
    assembly.amend("constraint", id, { triggersDisabled: row.list("states") });
  },
});

/** `parentEnabled` is the state of the trigger that a clone comes from. */
function addTrigger(row: Fields<Field>, assembly: Assembly, parentEnabled: string | null): void {
  const definition = row.text("definition");
  assembly.add({
    kind: "trigger",
    id: { schema: row.text("schema"), table: row.text("table"), name: row.text("name") },
    definition,
    attributes: { enabled: row.text("enabled"), definition, parentEnabled },
  });
}
