import { notMember, source } from "./source.js";

export const transforms = source<"type" | "language" | "from" | "to">({
  tag: "transform",
  rare: { catalogs: [3576], emptyAtFirst: true },
  select: ({ tenantSchema }) =>
    tenantSchema === null
      ? {
          fields: {
            type: "a.object_names[1]",
            language: "a.object_args[1]",
            from: "nullif(t.trffromsql::oid, 0)::regprocedure::text",
            to: "nullif(t.trftosql::oid, 0)::regprocedure::text",
          },
          from: `from pg_transform t, lateral pg_identify_object_as_address('pg_transform'::regclass, t.oid, 0) a
            where ${notMember("pg_transform", "t.oid")}`,
        }
      : null,
  read(row, assembly) {
    assembly.add({
      kind: "transform",
      id: { name: row.text("type"), signature: row.text("language") },
      definition: null,
      attributes: { from: row.nullable("from"), to: row.nullable("to") },
    });
  },
});
