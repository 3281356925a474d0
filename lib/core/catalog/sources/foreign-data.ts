import { canonicalPrivileges } from "../privileges.js";
import { type Assembly, notMember, ownerOf, since, source } from "./source.js";

/** Values of options whose names mark them as secrets are never read. */
const open = (options: string) =>
  `array(select case when split_part(o, '=', 1) ~* '(pass|secret|token|key)' then split_part(o, '=', 1) || '=(hidden)' else o end
    from unnest(${options}) o order by 1)`;

export const foreignDataWrappers = source<
  "name" | "owner" | "acl" | "handler" | "validator" | "connection" | "options"
>({
  tag: "foreign data wrapper",
  rare: { catalogs: [2328], emptyAtFirst: true },
  select: (scope) =>
    scope.tenantSchema === null
      ? {
          fields: {
            name: "f.fdwname",
            owner: ownerOf("f.fdwowner"),
            acl: "f.fdwacl",
            handler: "nullif(f.fdwhandler, 0)::regproc::text",
            validator: "nullif(f.fdwvalidator, 0)::regproc::text",
            // What makes a connection string of a server, for subscriptions.
            connection: since(19, scope, "nullif(f.fdwconnection, 0)::regproc::text", "null"),
            options: open("f.fdwoptions"),
          },
          from: `from pg_foreign_data_wrapper f where ${notMember("pg_foreign_data_wrapper", "f.oid")}`,
        }
      : null,
  read(row, assembly) {
    const owner = row.text("owner");
    tellHidden(row.list("options"), assembly);
    assembly.add({
      kind: "foreign data wrapper",
      id: { name: row.text("name") },
      definition: null,
      attributes: {
        owner,
        privileges: canonicalPrivileges("foreign data wrapper", owner, row.nullable("acl"), assembly.role),
        handler: row.nullable("handler"),
        validator: row.nullable("validator"),
        connection: row.nullable("connection"),
        options: row.list("options"),
      },
    });
  },
});

export const servers = source<"name" | "owner" | "acl" | "wrapper" | "type" | "version" | "options">({
  tag: "server",
  rare: { catalogs: [1417], emptyAtFirst: true },
  select: ({ tenantSchema }) =>
    tenantSchema === null
      ? {
          fields: {
            name: "s.srvname",
            owner: ownerOf("s.srvowner"),
            acl: "s.srvacl",
            wrapper: "(select f.fdwname from pg_foreign_data_wrapper f where f.oid = s.srvfdw)",
            type: "s.srvtype",
            version: "s.srvversion",
            options: open("s.srvoptions"),
          },
          from: `from pg_foreign_server s where ${notMember("pg_foreign_server", "s.oid")}`,
        }
      : null,
  read(row, assembly) {
    const owner = row.text("owner");
    tellHidden(row.list("options"), assembly);
    assembly.add({
      kind: "server",
      id: { name: row.text("name") },
      definition: null,
      attributes: {
        owner,
        privileges: canonicalPrivileges("server", owner, row.nullable("acl"), assembly.role),
        wrapper: row.text("wrapper"),
        type: row.nullable("type"),
        version: row.nullable("version"),
        options: row.list("options"),
      },
    });
  },
});

export const userMappings = source<"server" | "user" | "options" | "readable">({
  tag: "user mapping",
  // A mapping needs a server.
  rare: { catalogs: [1417], emptyAtFirst: true },
  select: ({ tenantSchema }) =>
    tenantSchema === null
      ? {
          fields: {
            server: "u.srvname",
            user: "u.usename",
            options: open("u.umoptions"),
            readable: `pg_has_role((select s.srvowner from pg_foreign_server s where s.oid = u.srvid), 'usage')`,
          },
          from: "from pg_user_mappings u",
        }
      : null,
  read(row, assembly) {
    const readable = row.flag("readable");
    if (!readable) assembly.unseen("options of user mappings: only the owner of the server and superusers see them");
    tellHidden(row.list("options"), assembly);
    assembly.add({
      kind: "user mapping",
      id: { name: row.text("server"), signature: assembly.role(row.text("user")) },
      definition: null,
      attributes: { options: readable ? row.list("options") : null },
    });
  },
});

function tellHidden(options: readonly string[], assembly: Assembly): void {
  if (options.some((option) => option.endsWith("=(hidden)")))
    assembly.unseen("values of foreign-data options that are secrets by their name: only the names are compared");
}
