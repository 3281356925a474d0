import { canonicalPrivileges } from "../privileges.js";
import { notMember, ownerOf, source } from "./source.js";

const FIELDS = ["name", "owner", "acl", "trusted", "handler", "inline", "validator"] as const;
type Field = (typeof FIELDS)[number];

/** Languages that a user created; the privileges of the others are with the system's objects. */
export const languages = source<Field>({
  tag: "language",
  rare: {
    catalogs: [2612],
    census: () => "select '2612'::oid, oid from pg_language where oid >= 16384",
  },
  select: ({ tenantSchema }) =>
    tenantSchema === null
      ? {
          fields: {
            name: "l.lanname",
            owner: ownerOf("l.lanowner"),
            acl: "l.lanacl",
            trusted: "l.lanpltrusted",
            handler: "nullif(l.lanplcallfoid, 0)::regproc::text",
            inline: "nullif(l.laninline, 0)::regproc::text",
            validator: "nullif(l.lanvalidator, 0)::regproc::text",
          },
          from: `from pg_language l where l.oid >= 16384 and ${notMember("pg_language", "l.oid")}`,
        }
      : null,
  read(row, assembly) {
    const owner = row.text("owner");
    assembly.add({
      kind: "language",
      id: { name: row.text("name") },
      definition: null,
      attributes: {
        owner,
        privileges: canonicalPrivileges("language", owner, row.nullable("acl"), assembly.role),
        trusted: row.flag("trusted"),
        handler: row.nullable("handler"),
        inline: row.nullable("inline"),
        validator: row.nullable("validator"),
      },
    });
  },
});
