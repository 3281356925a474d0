import { expect, it } from "vitest";
import { REWRITE_KINDS } from "../../../lib/core/rewrite/kinds/index.js";
import { REWRITABLE } from "../../../lib/core/rewrite/rewritable.js";

it("the rules for which lint names the rewrite are those that the kinds take away", () => {
  expect([...REWRITABLE]).toEqual([...new Set(REWRITE_KINDS.flatMap(({ takesAway }) => takesAway))].sort());
});
