import { source } from "./source.js";

/** Sets the empty search_path before anything else is printed, and says what the rest is measured against. */
export const home = source<"path" | "owner" | "encoding">({
  tag: "home",
  select: () => ({
    fields: { owner: "pg_get_userbyid(home.owner)", path: "path.path", encoding: "getdatabaseencoding()" },
    from: "from path, home",
  }),
  read(row, assembly) {
    assembly.home(row.text("owner"));
  },
});
