import { source } from "./source.js";

const FIELDS = [
  "schema",
  "table",
  "name",
  "internal",
  "enabled",
  "definition",
  "constraint",
  "constraintTable",
] as const;
type Field = (typeof FIELDS)[number];

/**
 * Triggers as written, and those clones of a partitioned table's trigger that were switched to another state than their
 * parent. The triggers behind a foreign key are no objects of their own, but one that is disabled leaves the key unguarded:
 * its constraint says so.
 */
export const triggers = source<Field>({
  tag: "trigger",
  select: () => ({
    fields: {
      schema: "r.schema",
      table: "r.relname",
      name: "case when t.tgisinternal and t.tgparentid = 0 then t.tgtype::text else t.tgname::text end",
      internal: "t.tgisinternal and t.tgparentid = 0",
      enabled: "t.tgenabled",
      definition: "case when not t.tgisinternal or t.tgparentid <> 0 then pg_get_triggerdef(t.oid) end",
      constraint: "case when t.tgisinternal then (select conname from pg_constraint where oid = t.tgconstraint) end",
      constraintTable: `case when t.tgisinternal then (select array[n.nspname, c.relname] from pg_constraint k
        join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace where k.oid = t.tgconstraint) end`,
    },
    from: `from rel r join pg_trigger t on t.tgrelid = r.oid
      where case when t.tgparentid <> 0
        then t.tgenabled <> (select parent.tgenabled from pg_trigger parent where parent.oid = t.tgparentid)
        else not t.tgisinternal or t.tgenabled <> 'O' end`,
  }),
  read(row, assembly, scope) {
    const enabled = row.text("enabled");
    if (row.flag("internal")) {
      const [schema = "", table = ""] = row.list("constraintTable");
      const id = {
        schema: schema === scope.tenantSchema ? row.text("schema") : schema,
        table,
        name: row.text("constraint"),
      };
      assembly.amend("constraint", id, { triggersEnabled: enabled });
      return;
    }
    const definition = row.text("definition");
    assembly.add({
      kind: "trigger",
      id: { schema: row.text("schema"), table: row.text("table"), name: row.text("name") },
      definition,
      attributes: { enabled, definition },
    });
  },
});
