import { qualified } from "../../sql/quote.js";
import { canonicalPrivileges } from "../privileges.js";
import { canonicalQuery } from "../view-text.js";
import type { Fields } from "./fields.js";
import { type Assembly, accessMethod, accessMethodName, ownerOf, since, source, tablespace } from "./source.js";

const FIELDS = [
  "schema",
  "name",
  "kind",
  "persistence",
  "owner",
  "acl",
  "partitionKey",
  "bound",
  "parents",
  "detachPending",
  "rowSecurity",
  "forceRowSecurity",
  "replicaIdentity",
  "options",
  "toastOptions",
  "accessMethod",
  "tablespace",
  "ofType",
  "server",
  "foreignOptions",
  "query",
  "filled",
] as const;
type Field = (typeof FIELDS)[number];

/** Tables, partitioned and foreign tables, views and materialized views. */
export const relations = source<Field>({
  tag: "relation",
  select: (scope) => ({
    fields: {
      schema: "r.schema",
      name: "r.relname",
      kind: "r.relkind",
      persistence: "r.relpersistence",
      owner: ownerOf("r.relowner"),
      acl: "r.relacl",
      partitionKey: "case when r.relkind = 'p' then pg_get_partkeydef(r.oid) end",
      bound: "case when r.relispartition then pg_get_expr(r.relpartbound, r.oid) end",
      parents: `case when r.oid in (select inhrelid from pg_inherits) then
        (select array_agg(h.inhparent::regclass::text order by h.inhseqno) from pg_inherits h where h.inhrelid = r.oid) end`,
      // A concurrent detach that was interrupted.
      detachPending: since(
        14,
        scope,
        "r.relispartition and exists (select from pg_inherits h where h.inhrelid = r.oid and h.inhdetachpending)",
        "false",
      ),
      rowSecurity: "r.relrowsecurity",
      forceRowSecurity: "r.relforcerowsecurity",
      replicaIdentity: "r.relreplident",
      options: "r.reloptions",
      toastOptions:
        "case when r.reltoastrelid <> 0 then (select o.reloptions from pg_class o where o.oid = r.reltoastrelid) end",
      accessMethod: `case when r.relam <> 0 then ${accessMethod("r.relam")} end`,
      tablespace: tablespace("r.reltablespace"),
      ofType: "case when r.reloftype <> 0 then format_type(r.reloftype, null) end",
      server: `case when r.relkind = 'f' then (select fs.srvname
        from pg_foreign_table ft join pg_foreign_server fs on fs.oid = ft.ftserver where ft.ftrelid = r.oid) end`,
      foreignOptions:
        "case when r.relkind = 'f' then (select ft.ftoptions from pg_foreign_table ft where ft.ftrelid = r.oid) end",
      query: "case when r.relkind in ('v', 'm') then pg_get_viewdef(r.oid) end",
      filled: "r.relispopulated",
    },
    from: `from rel r
      where r.relkind in ('r', 'p', 'f', 'v', 'm')`,
  }),
  read(row, assembly) {
    const id = { schema: row.text("schema"), name: row.text("name") };
    const kind = row.text("kind");
    if (kind === "v" || kind === "m") {
      const printed = row.text("query").trim().replace(/;$/, "");
      const query = canonicalQuery(printed);
      const view = kind === "v" ? "view" : "materialized view";
      const options = row.list("options");
      assembly.add({
        kind: view,
        id,
        definition: `CREATE ${view.toUpperCase()} ${qualified(id.schema, id.name)}${withOptions(options)} AS\n${printed}`,
        attributes: {
          ...shared(row, assembly),
          query,
          options: options.sort(),
          ...(kind === "m" ? stored(row) : {}),
        },
        ...(kind === "m" && !row.flag("filled") ? { unfilled: true } : {}),
      });
      return;
    }
    const attributes = tableAttributes(row, assembly);
    const optionsAsSet = row.list("options");
    const moved = optionsAsSet.join() !== attributes.options.join();
    assembly.add({ kind: "table", id, definition: null, attributes, ...(moved ? { optionsAsSet } : {}) });
  },
});

function shared(row: Fields<Field>, assembly: Assembly) {
  const method = row.nullable("accessMethod");
  return {
    owner: row.text("owner"),
    privileges: canonicalPrivileges("relation", row.text("owner"), row.nullable("acl"), assembly.role),
    accessMethod: method === null ? null : accessMethodName(method),
    tablespace: row.nullable("tablespace"),
  };
}

function stored(row: Fields<Field>) {
  return { replicaIdentity: row.text("replicaIdentity"), toastOptions: row.list("toastOptions").sort() };
}

function tableAttributes(row: Fields<Field>, assembly: Assembly) {
  const parents = row.list("parents");
  const bound = row.nullable("bound");
  const [parent] = parents;
  const partition = bound !== null && parent !== undefined;
  return {
    ...shared(row, assembly),
    relkind: row.text("kind") as "r" | "p" | "f",
    persistence: row.text("persistence") as "p" | "u",
    partitionKey: row.nullable("partitionKey"),
    partitionOf: partition ? { parent, bound } : null,
    inherits: partition ? [] : parents,
    rowSecurity: row.flag("rowSecurity"),
    forceRowSecurity: row.flag("forceRowSecurity"),
    ...stored(row),
    detachPending: row.flag("detachPending"),
    options: row.list("options").sort(),
    ofType: row.nullable("ofType"),
    server: row.nullable("server"),
    foreignOptions: row.list("foreignOptions").sort(),
  };
}

function withOptions(options: readonly string[]): string {
  return options.length === 0 ? "" : ` WITH (${options.join(", ")})`;
}
