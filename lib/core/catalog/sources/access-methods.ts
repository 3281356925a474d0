import { notMember, source } from "./source.js";

export const accessMethods = source<"name" | "type" | "handler">({
  tag: "access method",
  rare: { catalogs: [2601], census: () => "select '2601'::oid, oid from pg_am where oid >= 16384" },
  select: ({ tenantSchema }) =>
    tenantSchema === null
      ? {
          fields: { name: "a.amname", type: "a.amtype", handler: "a.amhandler::text" },
          from: `from pg_am a where a.oid >= 16384 and ${notMember("pg_am", "a.oid")}`,
        }
      : null,
  read(row, assembly) {
    assembly.add({
      kind: "access method",
      id: { name: row.text("name") },
      definition: null,
      attributes: { type: row.text("type"), handler: row.text("handler") },
    });
  },
});
