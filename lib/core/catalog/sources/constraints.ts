import { type ConstraintAttributes, TENANT_SCHEMA } from "../catalog.js";
import type { Fields } from "./fields.js";
import { since, source } from "./source.js";

const FIELDS = [
  "schema",
  "table",
  "name",
  "type",
  "definition",
  "columns",
  "referencedSchema",
  "referencedTable",
  "referencedColumns",
  "validated",
  "enforced",
  "deferrable",
  "deferred",
  "noInherit",
  "local",
  "inherited",
  "ofParent",
  "index",
] as const;
type Field = (typeof FIELDS)[number];

const names = (relation: string, keys: string) =>
  `(select array_agg(a.attname order by k.n) from unnest(${keys}) with ordinality k(attnum, n)
     join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.attnum)`;

/** Constraints of tables; those of domains stand with their domain, constraint triggers with the triggers. */
export const constraints = source<Field>({
  tag: "constraint",
  select: (scope) => ({
    fields: {
      schema: "r.schema",
      table: "r.relname",
      name: "c.conname",
      type: "c.contype",
      definition: "pg_get_constraintdef(c.oid)",
      columns: names("c.conrelid", "c.conkey"),
      referencedSchema: "fn.nspname",
      referencedTable: "fr.relname",
      referencedColumns: `case when c.confrelid <> 0 then ${names("c.confrelid", "c.confkey")} end`,
      validated: "c.convalidated",
      enforced: since(18, scope, "c.conenforced", "true"),
      deferrable: "c.condeferrable",
      deferred: "c.condeferred",
      noInherit: "c.connoinherit and c.contype in ('c', 'n')",
      local: "c.conislocal",
      inherited: "c.coninhcount > 0",
      ofParent: "c.conparentid <> 0",
      index: "nullif(i.relname, c.conname)",
    },
    from: `from rel r
      join pg_constraint c on c.conrelid = r.oid and c.contype <> 't'
      left join pg_class fr on fr.oid = c.confrelid
      left join pg_namespace fn on fn.oid = fr.relnamespace
      left join pg_class i on i.oid = c.conindid and c.contype in ('p', 'u', 'x')
      where r.relkind in ('r', 'p', 'f')`,
  }),
  read(row, assembly, scope) {
    assembly.add({
      kind: "constraint",
      id: { schema: row.text("schema"), table: row.text("table"), name: row.text("name") },
      definition: row.text("definition"),
      attributes: {
        type: row.text("type") as ConstraintAttributes["type"],
        columns: row.list("columns"),
        validated: row.flag("validated"),
        enforced: row.flag("enforced"),
        deferrable: row.flag("deferrable"),
        deferred: row.flag("deferred"),
        references: references(row, scope.tenantSchema),
        noInherit: row.flag("noInherit"),
        local: row.flag("local"),
        inherited: row.flag("inherited"),
        ofParent: row.flag("ofParent"),
        index: row.nullable("index"),
      },
    });
  },
});

function references(row: Fields<Field>, tenantSchema: string | null): ConstraintAttributes["references"] {
  const schema = row.nullable("referencedSchema");
  if (schema === null) return null;
  return {
    schema: schema === tenantSchema ? TENANT_SCHEMA : schema,
    table: row.text("referencedTable"),
    columns: row.list("referencedColumns"),
  };
}
