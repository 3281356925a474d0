import { source } from "./source.js";

/** Extensions; what they brought is theirs, and their version identifies it. */
export const extensions = source<"name" | "schema" | "version">({
  tag: "extension",
  select: (scope) => ({
    fields: {
      name: "e.extname",
      schema:
        scope.tenantSchema === null
          ? "n.nspname"
          : "coalesce((select ns.name from ns where ns.oid = n.oid), n.nspname)",
      version: "e.extversion",
    },
    from: "from pg_extension e join pg_namespace n on n.oid = e.extnamespace",
  }),
  read(row, assembly) {
    assembly.add({
      kind: "extension",
      id: { name: row.text("name") },
      definition: null,
      attributes: { schema: row.text("schema"), version: row.text("version") },
    });
  },
});
