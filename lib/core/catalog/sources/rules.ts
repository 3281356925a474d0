import { onRelations, source } from "./source.js";

/** Rewrite rules other than the one that makes a view. */
export const rules = source<"schema" | "table" | "name" | "enabled" | "definition">({
  tag: "rule",
  rare: {
    catalogs: [2618],
    // Only the rule that makes a view is for SELECT.
    census: (scope) =>
      `select '2618'::oid, '0'::oid from pg_rewrite where ${onRelations(scope, "ev_class")} ev_type <> '1' and oid >= 16384`,
  },
  select: () => ({
    fields: {
      schema: "r.schema",
      table: "r.relname",
      name: "w.rulename",
      enabled: "w.ev_enabled",
      definition: "pg_get_ruledef(w.oid)",
    },
    from: `from rel r join pg_rewrite w on w.ev_class = r.oid
      where r.relhasrules and not (w.ev_type = '1' and r.relkind in ('v', 'm'))`,
  }),
  read(row, assembly) {
    const definition = row.text("definition").replace(/;$/, "");
    assembly.add({
      kind: "rule",
      id: { schema: row.text("schema"), table: row.text("table"), name: row.text("name") },
      definition,
      attributes: { enabled: row.text("enabled"), definition },
    });
  },
});
