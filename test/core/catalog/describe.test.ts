import { describe, expect, it } from "vitest";
import { TENANT_SCHEMA } from "../../../lib/core/catalog/catalog.js";
import { attributeTexts, describeDifference } from "../../../lib/core/catalog/describe.js";
import { humanName } from "../../../lib/core/catalog/names.js";
import { canonicalPrivileges } from "../../../lib/core/catalog/privileges.js";
import type { Json } from "../../../lib/core/json.js";

const plain = (name: string) => (name === "owner" ? "$owner" : name);
const granted = (acl: string | null): Json => canonicalPrivileges("relation", "$owner", acl, plain) as Json;
const table = (actual: Json, declared: Json) => ({
  change: "changed" as const,
  kind: "table" as const,
  id: { schema: "app", name: "orders" },
  attribute: "privileges",
  actual,
  declared,
});

describe("privileges that differ", () => {
  it.each([
    ["{owner=arwdDxt/owner,shop=ar/owner}", null, "INSERT, SELECT for shop", "none"],
    [
      "{owner=arwdDxt/owner,shop=r*/owner}",
      "{owner=arwdDxt/owner,shop=ar/owner}",
      "SELECT for shop, grant option for SELECT",
      "INSERT, SELECT for shop",
    ],
    ["{owner=r/owner}", null, "SELECT for the owner", "ALL for the owner"],
    ["{owner=arwdDxt/owner,=r/owner,x=r/shop}", null, "SELECT for PUBLIC; SELECT for x, granted by shop", "none"],
  ])("of %s and %s are said in words", (actual, declared, is, should) => {
    const difference = table(granted(actual), granted(declared));
    expect(describeDifference(difference, "app.orders")).toBe(
      `Table app.orders has privileges ${is}; declared is ${should}.`,
    );
    expect(attributeTexts(difference, "privileges")).toEqual([`privileges ${is}`, `privileges ${should}`]);
  });

  it("of a function count PUBLIC among the default", () => {
    const actual = canonicalPrivileges("function", "$owner", "{=X/owner,owner=X/owner,shop=X/owner}", plain) as Json;
    const difference = { ...table(actual, null), kind: "function" as const };
    expect(attributeTexts(difference, "privileges")).toEqual(["privileges ALL for shop", "privileges none"]);
  });
});

it("an attribute that only one side has is said without null", () => {
  const difference = { ...table(null, "heap"), attribute: "accessMethod" };
  expect(attributeTexts(difference, "accessMethod")).toEqual(["access method none", "access method heap"]);
});

it("the schema that is the tenant has a name", () => {
  expect(humanName({ name: TENANT_SCHEMA })).toBe(TENANT_SCHEMA);
  expect(humanName({ schema: TENANT_SCHEMA, name: "orders" })).toBe("orders");
});
