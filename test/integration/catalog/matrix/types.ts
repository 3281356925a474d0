import { altered, alteredOf, gone, type MatrixEntry, made, NOTE, UNREPAIRED, WARNING } from "./entry.js";

const span = alteredOf("type", "app.span");
const label = alteredOf("domain", "app.label");
const conversion = alteredOf("conversion", "app.convert");
const cast = alteredOf("cast", "app.mood AS integer");
const mood = alteredOf("type", "app.mood");
const pair = alteredOf("type", "app.pair");
const positive = alteredOf("domain", "app.positive");
const plain = alteredOf("collation", "app.plain");

/** Types, domains, collations, conversions, casts and transforms. */
export const TYPES: readonly MatrixEntry[] = [
  made("type", "app.color", "create type app.color as enum ('red', 'green')"),
  gone("type", "app.pair", "drop type app.pair"),
  mood("labels", "alter type app.mood add value 'great' after 'ok'", UNREPAIRED),
  mood("labels", "alter type app.mood rename value 'ok' to 'fine'", UNREPAIRED),
  pair("columns", "alter type app.pair add attribute c date", UNREPAIRED),
  gone("type", "app.span", "drop type app.span", UNREPAIRED),
  made(
    "domain",
    "app.percent",
    "create domain app.percent as integer default 1 not null check (value between 0 and 100)",
  ),
  gone("domain", "app.positive", "drop domain app.positive"),
  positive("notNull", "alter domain app.positive set not null"),
  positive("default", "alter domain app.positive set default 3"),
  positive("constraints", "alter domain app.positive add constraint small check (value < 9)"),
  mood("owner", "alter type app.mood owner to matrix_reader", WARNING),
  mood("privileges", "revoke usage on type app.mood from public", WARNING),
  mood("comment", "comment on type app.mood is 't'", NOTE),
  mood("labels", "alter type app.mood add value 'awful' before 'sad'", UNREPAIRED),
  gone("type", "app.mood", "alter type app.mood rename to temper", { name: "rename type", unrepaired: true }),
  pair("columns", "alter type app.pair drop attribute b", UNREPAIRED),
  pair("columns", "alter type app.pair rename attribute b to c", UNREPAIRED),
  pair("columns", "alter type app.pair alter attribute a type bigint", UNREPAIRED),
  pair("columns", 'alter type app.pair alter attribute b type text collate "C"', UNREPAIRED),
  pair("comment on a", "comment on column app.pair.a is 'x'", { ...NOTE, unrepaired: true }),
  span(
    "range",
    "drop type app.span; create type app.span as range (subtype = integer, subtype_diff = int4range_subdiff)",
    { name: "range difference", unrepaired: true },
  ),
  span(
    "range",
    "drop type app.span; create type app.span as range (subtype = integer, subtype_opclass = app.reverse)",
    { name: "range operator class", unrepaired: true },
  ),
  span("range", "drop type app.span; create type app.span as range (subtype = bigint)", {
    name: "range subtype",
    unrepaired: true,
  }),
  span(
    "range",
    "drop type app.span; create type app.span as range (subtype = integer, multirange_type_name = app.spans)",
    { name: "multirange name", since: 14, unrepaired: true },
  ),
  altered("type", "app.four", "functions", "update pg_type set typdelim = ';' where oid = 'app.four'::regtype", {
    name: "delimiter",
    unrepaired: true,
  }),
  altered(
    "type",
    "app.four",
    "functions",
    "create function app.recv_four(internal) returns app.four language internal immutable strict as 'int4recv'; alter type app.four set (receive = app.recv_four)",
    UNREPAIRED,
  ),
  made("type", "app.shell", "create type app.shell", { name: "shell type" }),
  positive("base", "drop domain app.positive; create domain app.positive as bigint check (value > 0)", {
    name: "domain base",
    unrepaired: true,
  }),
  positive("constraints", "alter domain app.positive drop constraint positive_check"),
  positive("constraints", "alter domain app.positive rename constraint positive_check to above"),
  positive("constraints", "alter domain app.positive add constraint small check (value < 9) not valid"),
  positive(
    "constraints",
    "alter domain app.positive drop constraint positive_check; alter domain app.positive add constraint positive_check check (value > 1)",
    { name: "domain constraint" },
  ),
  positive("owner", "alter domain app.positive owner to matrix_reader", WARNING),
  positive("comment", "comment on domain app.positive is 'd'", NOTE),
  positive("comment on positive_check", "comment on constraint positive_check on domain app.positive is 'd'", {
    ...NOTE,
    unrepaired: true,
  }),
  positive("privileges", "grant usage on domain app.positive to matrix_reader", WARNING),
  label("collation", 'drop domain app.label; create domain app.label as name collate "default"', {
    before: "create domain app.label as name",
    name: "domain collation",
    unrepaired: true,
  }),
  label("notNullName", "alter domain app.label rename constraint label_not_null to there", {
    before: "create domain app.label as text not null",
    name: "name of a domain's not null",
    since: 17,
  }),
  plain(
    "collate",
    "drop collation app.plain; create collation app.plain (provider = libc, lc_collate = 'POSIX', lc_ctype = 'C')",
    { name: "collation locale", unrepaired: true },
  ),
  plain("owner", "alter collation app.plain owner to matrix_reader", WARNING),
  plain("comment", "comment on collation app.plain is 'c'", NOTE),
  gone("conversion", "app.convert", "drop conversion app.convert", UNREPAIRED),
  conversion(
    "default",
    "drop conversion app.convert; create default conversion app.convert for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
    { name: "default conversion", unrepaired: true },
  ),
  conversion("comment", "comment on conversion app.convert is 'c'", NOTE),
  cast(
    "context",
    "drop cast (app.mood as integer); create cast (app.mood as integer) with function app.mood_number(app.mood) as implicit",
    { name: "implicit cast" },
  ),
  cast(
    "function",
    "create function app.other_number(app.mood) returns integer language sql immutable as 'select 2'; drop cast (app.mood as integer); create cast (app.mood as integer) with function app.other_number(app.mood)",
    { name: "function of a cast" },
  ),
  cast("comment", "comment on cast (app.mood as integer) is 'c'", NOTE),
  made(
    "transform",
    "app.pair(plpgsql)",
    "create transform for app.pair language plpgsql (from sql with function app.internals(internal))",
    UNREPAIRED,
  ),
  gone("transform", "app.mood(plpgsql)", "drop transform for app.mood language plpgsql", UNREPAIRED),
  altered(
    "transform",
    "app.mood(plpgsql)",
    "to",
    "create or replace transform for app.mood language plpgsql (from sql with function app.internals(internal))",
    UNREPAIRED,
  ),
  made("collation", "app.other", "create collation app.other (provider = libc, locale = 'POSIX')"),
  gone("collation", "app.plain", "drop collation app.plain", UNREPAIRED),
  gone("cast", "app.mood AS integer", "drop cast (app.mood as integer)"),
  made("cast", "app.pair AS pg_catalog.text", "create cast (app.pair as text) with inout as assignment"),
  made("conversion", "app.conv", "create conversion app.conv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8"),
  conversion("owner", "alter conversion app.convert owner to matrix_reader", WARNING),
];
