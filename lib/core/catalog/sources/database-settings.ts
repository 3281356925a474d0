import { source } from "./source.js";

/** ALTER DATABASE SET, and ALTER ROLE … IN DATABASE SET. A role's settings for all databases belong to the server. */
export const databaseSettings = source<"role" | "settings">({
  tag: "database setting",
  rare: { catalogs: [2964], emptyAtFirst: true },
  select: ({ tenantSchema }) =>
    tenantSchema === null
      ? {
          fields: { role: "case when s.setrole <> 0 then pg_get_userbyid(s.setrole) end", settings: "s.setconfig" },
          from: "from pg_db_role_setting s where s.setdatabase = (select database from home)",
        }
      : null,
  read(row, assembly) {
    const role = row.nullable("role");
    for (const setting of row.list("settings")) {
      const at = setting.indexOf("=");
      assembly.add({
        kind: "database setting",
        id: { name: setting.slice(0, at), ...(role === null ? {} : { signature: assembly.role(role) }) },
        definition: null,
        attributes: { value: setting.slice(at + 1) },
      });
    }
  },
});
