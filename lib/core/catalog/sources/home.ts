import { source } from "./source.js";

/** Sets the empty search_path before anything else is printed, and says what the rest is measured against. */
export const home = source<"path" | "owner" | "encoding" | "granted" | "largeObjects">({
  tag: "home",
  select: ({ tenantSchema }) => ({
    fields: {
      owner: "pg_get_userbyid(home.owner)",
      path: "path.path",
      encoding: "getdatabaseencoding()",
      granted: tenantSchema === null ? "home.granted" : "false",
      largeObjects: tenantSchema === null ? "exists (select from pg_largeobject_metadata)" : "false",
    },
    from: "from path, home",
  }),
  read(row, assembly) {
    assembly.home(row.text("owner"));
    if (row.flag("granted")) assembly.unseen("grants on the database itself, which name the roles of one tenant");
    if (row.flag("largeObjects")) assembly.unseen("large objects: they are data");
  },
});
