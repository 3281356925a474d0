import { source } from "./source.js";

/** What everything else is compared with. */
export const home = source<"owner" | "encoding" | "granted" | "largeObjects">({
  tag: "home",
  select: ({ tenantSchema }) => ({
    fields: {
      owner: "pg_get_userbyid(home.owner)",
      encoding: "getdatabaseencoding()",
      granted: tenantSchema === null ? "home.granted" : "false",
      largeObjects: tenantSchema === null ? "exists (select from pg_largeobject_metadata)" : "false",
    },
    from: "from home",
  }),
  read(row, assembly) {
    assembly.home(row.text("owner"));
    if (row.flag("granted")) assembly.unseen("grants on the database itself, which name the roles of one tenant");
    if (row.flag("largeObjects")) assembly.unseen("large objects: they are data");
  },
});
