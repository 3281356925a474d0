import { inScope, notMember, ownerOf, source } from "./source.js";

export const conversions = source<"schema" | "name" | "owner" | "from" | "to" | "function" | "default">({
  tag: "conversion",
  rare: { catalogs: [2607] },
  select: (scope) => ({
    fields: {
      schema: "ns.name",
      name: "c.conname",
      owner: ownerOf("c.conowner"),
      from: "pg_encoding_to_char(c.conforencoding)",
      to: "pg_encoding_to_char(c.contoencoding)",
      function: "c.conproc::regproc::text",
      default: "c.condefault",
    },
    from: `from ns join pg_conversion c on c.connamespace = ns.oid and ${inScope(scope, "pg_conversion", "c.oid")}
      where ${notMember("pg_conversion", "c.oid")}`,
  }),
  read(row, assembly) {
    assembly.add({
      kind: "conversion",
      id: { schema: row.text("schema"), name: row.text("name") },
      definition: null,
      attributes: {
        owner: row.text("owner"),
        from: row.text("from"),
        to: row.text("to"),
        function: row.text("function"),
        default: row.flag("default"),
      },
    });
  },
});
