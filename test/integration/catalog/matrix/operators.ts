import { altered, alteredOf, gone, type MatrixEntry, made, NOTE, UNREPAIRED, WARNING } from "./entry.js";

const operator = alteredOf("operator", "app.###(integer, integer)");
const reverse = alteredOf("operator class", "app.reverse(btree)");
const numbers = alteredOf("operator family", "app.numbers(btree)");

/** Operators, their classes and families. */
export const OPERATORS: readonly MatrixEntry[] = [
  gone("operator", "app.###(integer, integer)", "drop operator app.### (integer, integer)"),
  operator("restrict", "alter operator app.### (integer, integer) set (restrict = eqsel)"),
  made(
    "operator",
    "app.@@@(integer, integer)",
    "create operator app.@@@ (leftarg = integer, rightarg = integer, function = pg_catalog.int4pl)",
  ),
  operator(
    "function",
    "drop operator app.### (integer, integer); create operator app.### (leftarg = integer, rightarg = integer, function = pg_catalog.int4ne)",
    { name: "function of an operator" },
  ),
  operator(
    "commutator",
    "drop operator app.### (integer, integer); create operator app.### (leftarg = integer, rightarg = integer, function = pg_catalog.int4eq, commutator = operator(app.###))",
    { name: "commutator" },
  ),
  operator(
    "hashes",
    "drop operator app.### (integer, integer); create operator app.### (leftarg = integer, rightarg = integer, function = pg_catalog.int4eq, hashes)",
    { name: "hashes" },
  ),
  operator("owner", "alter operator app.### (integer, integer) owner to matrix_reader", WARNING),
  operator("comment", "comment on operator app.### (integer, integer) is 'o'", NOTE),
  made(
    "operator class",
    "app.another(btree)",
    "create operator class app.another for type integer using btree as operator 1 <, function 1 btint4cmp(integer, integer)",
  ),
  gone("operator class", "app.reverse(btree)", "drop operator class app.reverse using btree", UNREPAIRED),
  reverse(
    "operators",
    "drop operator class app.reverse using btree; create operator class app.reverse for type integer using btree family app.numbers as operator 1 >, operator 3 =, function 1 btint4cmp(integer, integer)",
    { name: "operators of a class", unrepaired: true },
  ),
  altered(
    "operator class",
    "app.builtin(hash)",
    "functions",
    "drop operator class app.builtin using hash; create operator class app.builtin for type app.mood using hash family pg_catalog.integer_ops as function 2 (app.mood, app.mood) hashenumextended(anyenum, bigint)",
    { name: "a class in a built-in family", unrepaired: true },
  ),
  reverse("comment", "comment on operator class app.reverse using btree is 'o'", NOTE),
  made("operator family", "app.fam(btree)", "create operator family app.fam using btree"),
  gone("operator family", "app.numbers(btree)", "drop operator family app.numbers using btree cascade", UNREPAIRED),
  numbers("operators", "alter operator family app.numbers using btree add operator 1 > (bigint, bigint)", UNREPAIRED),
  numbers(
    "functions",
    "alter operator family app.numbers using btree add function 1 (bigint, bigint) btint8cmp(bigint, bigint)",
    UNREPAIRED,
  ),
  numbers("owner", "alter operator family app.numbers using btree owner to matrix_reader", WARNING),
  altered(
    "operator family",
    "pg_catalog.integer_ops(hash)",
    "functions",
    "alter operator family pg_catalog.integer_ops using hash add function 1 (app.positive, app.positive) hashint4(integer)",
    { name: "loose in a built-in family", unrepaired: true },
  ),
];
