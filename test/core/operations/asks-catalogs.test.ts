import { beforeAll, describe, expect, it } from "vitest";
import { asksCatalogsOnly } from "../../../lib/core/operations/guards/asks-catalogs.js";
import { loadParser } from "../../../lib/core/sql/parse.js";

beforeAll(() => loadParser());

const label = (more: string) => `EXISTS (SELECT 1 FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid WHERE ${more})`;

describe("a condition that the schema alone decides", () => {
  it.each([
    label("t.typname = 'mood' AND e.enumlabel = 'a'"),
    label("t.typname = 'mood'::name AND lower(e.enumlabel) = 'a'"),
    label("pg_catalog.lower(e.enumlabel) = 'a'::pg_catalog.text"),
    label("e.enumtypid = 'mood'::regtype"),
    label("e.enumlabel OPERATOR(pg_catalog.=) 'a'"),
  ])("%s", (condition) => expect(asksCatalogsOnly(condition)).toBe(true));
});

describe("a condition that may read rows", () => {
  it.each([
    ["a function of another schema under the name of PostgreSQL's", label("app.lower(e.enumlabel) = 'a'")],
    ["an operator of another schema", label("e.enumlabel OPERATOR(app.=) 'a'")],
    ["a domain", label("e.enumlabel = 'a'::app.checked")],
    ["a domain without its schema", label("e.enumlabel = 'a'::checked")],
    ["a cast by its name", label("e.enumlabel = CAST('a' AS checked)")],
    ["a table", "EXISTS (SELECT 1 FROM users)"],
    ["a table under a catalog's name", "EXISTS (SELECT 1 FROM app.pg_enum WHERE enumlabel = 'a')"],
    ["statistics", "EXISTS (SELECT 1 FROM pg_class WHERE reltuples > 0)"],
  ])("%s", (_, condition) => expect(asksCatalogsOnly(condition)).toBe(false));
});
