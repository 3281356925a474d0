import { altered, gone, type MatrixEntry, made, WARNING } from "./entry.js";

/** Default privileges, and privileges of what the system or an extension owns. */
export const PRIVILEGES: readonly MatrixEntry[] = [
  made(
    "default privileges",
    "app.tables($owner)",
    "alter default privileges in schema app grant select on tables to matrix_reader",
    WARNING,
  ),
  gone(
    "default privileges",
    "app.sequences($owner)",
    "alter default privileges in schema app revoke select on sequences from matrix_reader",
    WARNING,
  ),
  altered(
    "default privileges",
    "app.sequences($owner)",
    "privileges",
    "alter default privileges in schema app grant usage on sequences to matrix_reader",
    WARNING,
  ),
  made(
    "default privileges",
    "functions($owner)",
    "alter default privileges revoke execute on functions from public",
    WARNING,
  ),
  made(
    "default privileges",
    "types(matrix_reader)",
    "alter default privileges for role matrix_reader revoke usage on types from public",
    WARNING,
  ),
  made("system object", "plpgsql(language)", "revoke usage on language plpgsql from public", {
    ...WARNING,
    unrepaired: true,
  }),
  made(
    "system object",
    "pg_catalog.pg_sleep(double precision)(function)",
    "revoke execute on function pg_sleep(double precision) from public",
    { ...WARNING, unrepaired: true },
  ),
  made(
    "system object",
    "public.citext(boolean)(function)",
    "grant execute on function public.citext(boolean) to matrix_reader",
    { ...WARNING, unrepaired: true },
  ),
  made("system object", "pg_catalog.pg_class(table)", "grant update on pg_class to matrix_reader", {
    ...WARNING,
    unrepaired: true,
  }),
  made("system object", "information_schema(schema)", "revoke usage on schema information_schema from public", {
    ...WARNING,
    unrepaired: true,
  }),
  made("system object", "information_schema.columns(view)", "revoke select on information_schema.columns from public", {
    ...WARNING,
    unrepaired: true,
  }),
  made(
    "system object",
    "information_schema.sql_parts(table)",
    "grant select on information_schema.sql_parts to public",
    { ...WARNING, unrepaired: true },
  ),
  gone(
    "system object",
    "pg_catalog.pg_ls_dir(pg_catalog.text)(function)",
    "revoke execute on function pg_ls_dir(text) from matrix_reader",
    { ...WARNING, before: "grant execute on function pg_ls_dir(text) to matrix_reader", unrepaired: true },
  ),
  altered(
    "system object",
    "pg_catalog.pg_ls_dir(pg_catalog.text)(function)",
    "privileges",
    "grant execute on function pg_ls_dir(text) to public",
    { ...WARNING, before: "grant execute on function pg_ls_dir(text) to matrix_reader", unrepaired: true },
  ),
];
