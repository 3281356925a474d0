import { type Convention, inFolder } from "../../migration/convention.js";
import { readNumbered } from "./numbered.js";
import { compareNatural } from "./order.js";
import { writtenPair } from "./written.js";

/** Any `.sql` files in the order of their names, recorded in our own ledger; used where nothing points to another convention. */
export const plainSql: Convention = {
  id: "plain",
  signs: (files) =>
    inFolder(files).some((file) => /\.sql$/i.test(file.name))
      ? [{ kind: "names", text: "files that end in .sql" }]
      : [],
  compare: compareNatural,
  read: readNumbered,
  write: (migration, like) => writtenPair(migration, like),
};
