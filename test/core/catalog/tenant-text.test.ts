import { expect, it } from "vitest";
import { replaceTenantSchema } from "../../../lib/core/catalog/tenant-text.js";

const known = new Set(["users", "seq", "mood"]);

it.each([
  ["SELECT id FROM acme.users", 'SELECT id FROM "$tenant".users'],
  ["nextval('acme.seq'::regclass)", `nextval('"$tenant".seq'::regclass)`],
  ["'a'::acme.mood", `'a'::"$tenant".mood`],
  ["acme2.users + my_acme.users + x.acme", "acme2.users + my_acme.users + x.acme"],
  ['"acme".users', '"$tenant".users'],
  ["ACME.users", '"$tenant".users'],
  ["SET search_path TO acme, public", 'SET search_path TO "$tenant", public'],
  ["to_regclass('acme')", "to_regclass('$tenant')"],
  ["-- don't\nSELECT acme.users.id", `-- don't\nSELECT "$tenant".users.id`],
  ["SELECT acme.id FROM acme.users acme", `SELECT acme.id FROM "$tenant".users acme`],
  ["CHECK ((note <> 'acmeish'::text))", "CHECK ((note <> 'acmeish'::text))"],
])("%s", (text, expected) => {
  expect(replaceTenantSchema(text, "acme", known)).toBe(expected);
});

it("knows names that need quotes", () => {
  expect(replaceTenantSchema('SELECT * FROM "Te""n.x".users', 'Te"n.x', known)).toBe('SELECT * FROM "$tenant".users');
});
