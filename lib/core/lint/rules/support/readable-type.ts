import type { TypeName } from "libpg-query";
import { printType, typeOf } from "../../../postgres/column-type.js";
import { readableName } from "../../../sql/readable-name.js";
import { strings } from "../../../sql/tree.js";

/**
 * A type for SQL that a person reads: PostgreSQL's own as the server prints it, any other by its name, quoted only where necessary; `…` if it is not
 * there. The deparser would take longer to load than a lint of one file takes.
 */
export function readableType(type: TypeName | undefined): string {
  const known = typeOf(type);
  if (known === null) return "…";
  const names = strings(type?.names);
  const name = names[0] === "pg_catalog" ? known.name : names.map(readableName).join(".");
  return printType({ ...known, name });
}
