import { altered, alteredOf, gone, type MatrixEntry, made, NOTE, UNREPAIRED, WARNING } from "./entry.js";

const app = alteredOf("schema", "app");
const publicSchema = alteredOf("schema", "public");
const citext = alteredOf("extension", "citext");
const plother = alteredOf("language", "plother");
const heap = alteredOf("access method", "heap3");
const setting = (words: string) =>
  `do $$ begin execute format('alter database %I ${words}', current_database()); end $$`;

/** Schemas, extensions, languages, access methods and settings of a database. */
export const SCHEMAS_AND_EXTENSIONS: readonly MatrixEntry[] = [
  made("schema", "audit", "create schema audit"),
  app("privileges", "grant usage on schema app to matrix_reader", WARNING),
  gone("schema", "public", "drop schema public cascade", { name: "drop schema" }),
  app("owner", "alter schema app owner to matrix_reader", WARNING),
  app("comment", "comment on schema app is 's'", NOTE),
  publicSchema("comment", "comment on schema public is 's'", NOTE),
  publicSchema("privileges", "grant all on schema public to matrix_reader", WARNING),
  publicSchema("privileges", "revoke usage on schema public from public", WARNING),
  made("extension", "pgcrypto", "create extension pgcrypto schema public"),
  gone("extension", "citext", "drop extension citext"),
  citext("schema", "alter extension citext set schema app"),
  citext("version", "alter extension citext update", UNREPAIRED),
  citext("comment", "comment on extension citext is 'e'", NOTE),
  gone("extension", "plpgsql", "drop extension plpgsql cascade", UNREPAIRED),
  made("language", "other", "create language other handler plpgsql_call_handler"),
  gone("language", "plother", "drop language plother", UNREPAIRED),
  plother(
    "trusted",
    "create or replace trusted language plother handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator",
    UNREPAIRED,
  ),
  plother(
    "inline",
    "create or replace language plother handler plpgsql_call_handler validator plpgsql_validator",
    UNREPAIRED,
  ),
  made("access method", "heap2", "create access method heap2 type table handler heap_tableam_handler"),
  gone("access method", "heap3", "drop access method heap3", UNREPAIRED),
  heap("type", "drop access method heap3; create access method heap3 type index handler bthandler", UNREPAIRED),
  heap("comment", "comment on access method heap3 is 'a'", NOTE),
  made("database setting", "statement_timeout", setting("set statement_timeout = 1000"), UNREPAIRED),
  made(
    "database setting",
    "work_mem(matrix_reader)",
    "do $$ begin execute format('alter role matrix_reader in database %I set work_mem = ''6MB''', current_database()); end $$",
    UNREPAIRED,
  ),
  gone("database setting", "work_mem", setting("reset work_mem"), UNREPAIRED),
  altered("database setting", "work_mem", "value", setting("set work_mem = ''7MB''"), UNREPAIRED),
];
