import { expect, it } from "vitest";
import { counted } from "../../lib/core/counted.js";

it.each([
  ["rows of app.users where quota is NULL", "row of app.users where quota is NULL"],
  ["rows of users that repeat email of another row", "row of users that repeats email of another row"],
  ["values of users.age that do not fit smallint", "value of users.age that does not fit smallint"],
  ["objects that need users", "object that needs users"],
  ["tables whose rewrites need room", "table whose rewrites need room"],
])("counts %s", (many, one) => {
  expect(counted(1, many)).toBe(`1 ${one}`);
  expect(counted(0, many)).toBe(`0 ${many}`);
  expect(counted(2, many)).toBe(`2 ${many}`);
});
