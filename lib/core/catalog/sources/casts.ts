import { notMember, source } from "./source.js";

export const casts = source<"from" | "to" | "function" | "context" | "method">({
  tag: "cast",
  rare: { catalogs: [2605], census: () => "select '2605'::oid, oid from pg_cast where oid >= 16384" },
  select: ({ tenantSchema }) =>
    tenantSchema === null
      ? {
          fields: {
            from: "a.object_names[1]",
            to: "a.object_args[1]",
            function: "nullif(c.castfunc, 0)::regprocedure::text",
            context: "c.castcontext",
            method: "c.castmethod",
          },
          from: `from pg_cast c, lateral pg_identify_object_as_address('pg_cast'::regclass, c.oid, 0) a
            where c.oid >= 16384 and ${notMember("pg_cast", "c.oid")}`,
        }
      : null,
  read(row, assembly) {
    assembly.add({
      kind: "cast",
      id: { name: `${row.text("from")} AS ${row.text("to")}` },
      definition: null,
      attributes: {
        from: row.text("from"),
        to: row.text("to"),
        function: row.nullable("function"),
        context: row.text("context"),
        method: row.text("method"),
      },
    });
  },
});
