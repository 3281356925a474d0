import { altered, alteredOf, gone, type MatrixEntry, made, NOTE, UNREPAIRED, WARNING } from "./entry.js";

const remote = alteredOf("foreign data wrapper", "remote");
const far = alteredOf("server", "far");

/** Foreign data wrappers, servers and user mappings. */
export const FOREIGN_DATA: readonly MatrixEntry[] = [
  made("foreign data wrapper", "wrapper", "create foreign data wrapper wrapper"),
  gone("foreign data wrapper", "remote", "drop foreign data wrapper remote cascade", UNREPAIRED),
  remote("options", "alter foreign data wrapper remote options (set a '2')", UNREPAIRED),
  remote(
    "handler",
    "create function app.fdw() returns fdw_handler language internal as 'prsd_end'; alter foreign data wrapper remote handler app.fdw",
    UNREPAIRED,
  ),
  remote(
    "connection",
    "create function app.conn(oid, oid, internal) returns text language internal as 'prsd_end'; alter foreign data wrapper remote connection app.conn",
    { since: 19, unrepaired: true },
  ),
  remote("privileges", "grant usage on foreign data wrapper remote to matrix_reader", WARNING),
  made("server", "near", "create server near foreign data wrapper remote"),
  gone("server", "far", "drop server far cascade", UNREPAIRED),
  far("options", "alter server far options (set host 'g')", UNREPAIRED),
  far("version", "alter server far version '2'", UNREPAIRED),
  far("privileges", "grant usage on foreign server far to matrix_reader", WARNING),
  far("comment", "comment on server far is 's'", NOTE),
  made(
    "user mapping",
    "far(matrix_reader)",
    "create user mapping for matrix_reader server far options (user 'v')",
    UNREPAIRED,
  ),
  gone("user mapping", "far(public)", "drop user mapping for public server far", UNREPAIRED),
  altered(
    "user mapping",
    "far(public)",
    "options",
    "alter user mapping for public server far options (set user 'w')",
    UNREPAIRED,
  ),
];
