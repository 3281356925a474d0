import { inScope, notMember, ownerOf, type Scope, source } from "./source.js";

const FIELDS = ["schema", "name", "owner", "provider", "deterministic", "collate", "ctype", "locale", "rules"] as const;
type Field = (typeof FIELDS)[number];

/** Collations; the version of the library behind them belongs to the server. */
export const collations = source<Field>({
  tag: "collation",
  rare: { catalogs: [3456] },
  select: (scope) => ({
    fields: {
      schema: "ns.name",
      name: "c.collname",
      owner: ownerOf("c.collowner"),
      provider: "c.collprovider",
      deterministic: "c.collisdeterministic",
      collate: "c.collcollate",
      ctype: "c.collctype",
      locale: localeOf(scope),
      rules: scope.major >= 16 ? "c.collicurules" : "null",
    },
    from: `from ns join pg_collation c on c.collnamespace = ns.oid and ${inScope(scope, "pg_collation", "c.oid")}
      where c.collencoding in (-1, pg_char_to_encoding(getdatabaseencoding())) and ${notMember("pg_collation", "c.oid")}`,
  }),
  read(row, assembly) {
    assembly.add({
      kind: "collation",
      id: { schema: row.text("schema"), name: row.text("name") },
      definition: null,
      attributes: {
        owner: row.text("owner"),
        provider: row.text("provider"),
        deterministic: row.flag("deterministic"),
        // Up to 14, an ICU locale was here as well.
        collate: row.text("provider") === "i" ? null : row.nullable("collate"),
        ctype: row.text("provider") === "i" ? null : row.nullable("ctype"),
        locale: row.nullable("locale"),
        rules: row.nullable("rules"),
      },
    });
  },
});

function localeOf(scope: Scope): string {
  if (scope.major >= 17) return "c.colllocale";
  if (scope.major >= 15) return "c.colliculocale";
  return "case when c.collprovider = 'i' then c.collcollate end";
}
