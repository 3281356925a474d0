import type { Json } from "../../json.js";
import { ownerOf, type Scope, since, source } from "./source.js";

const FIELDS = [
  "name",
  "owner",
  "allTables",
  "allSequences",
  "actions",
  "viaRoot",
  "generated",
  "tables",
  "except",
  "schemas",
] as const;
type Field = (typeof FIELDS)[number];

export const publications = source<Field>({
  tag: "publication",
  // With pg_publication_namespace, whose rows depend on their schemas.
  rare: { catalogs: [6104, 6237], emptyAtFirst: true },
  select: (scope) =>
    scope.tenantSchema === null
      ? {
          fields: {
            name: "p.pubname",
            owner: ownerOf("p.pubowner"),
            allTables: "p.puballtables",
            allSequences: since(19, scope, "p.puballsequences", "false"),
            actions:
              "concat_ws(', ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end, case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end)",
            viaRoot: "p.pubviaroot",
            generated: since(18, scope, "p.pubgencols", "'n'"),
            tables: tables(scope),
            except: since(
              19,
              scope,
              "array(select r.prrelid::regclass::text from pg_publication_rel r where r.prpubid = p.oid and r.prexcept order by 1)",
              "array[]::text[]",
            ),
            schemas: since(
              15,
              scope,
              "array(select n.nspname from pg_publication_namespace pn join pg_namespace n on n.oid = pn.pnnspid where pn.pnpubid = p.oid order by 1)",
              "array[]::text[]",
            ),
          },
          from: "from pg_publication p",
        }
      : null,
  read(row, assembly) {
    assembly.add({
      kind: "publication",
      id: { name: row.text("name") },
      definition: null,
      attributes: {
        owner: row.text("owner"),
        allTables: row.flag("allTables"),
        allSequences: row.flag("allSequences"),
        actions: row.text("actions"),
        viaRoot: row.flag("viaRoot"),
        generated: row.text("generated"),
        tables: JSON.parse(row.nullable("tables") ?? "[]") as Json,
        except: row.list("except"),
        schemas: row.list("schemas"),
      },
    });
  },
});

function tables(scope: Scope): string {
  const filter = since(15, scope, "pg_get_expr(r.prqual, r.prrelid)", "null");
  const columns = since(
    15,
    scope,
    "(select json_agg(a.attname order by a.attname) from pg_attribute a where a.attrelid = r.prrelid and a.attnum = any(r.prattrs::int2[]))",
    "null::json",
  );
  return `(select json_agg(json_build_object('table', r.prrelid::regclass::text, 'filter', ${filter}, 'columns', ${columns})
    order by r.prrelid::regclass::text) from pg_publication_rel r where r.prpubid = p.oid${since(19, scope, " and not r.prexcept", "")})`;
}
