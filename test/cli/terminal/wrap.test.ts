import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import { wrap } from "../../../lib/cli/terminal/wrap.js";

it("breaks at blanks and indents what follows", () => {
  expect(wrap("  error  the index of users is missing", 20, 9)).toBe(
    "  error  the index\n         of users is\n         missing",
  );
  expect(wrap("short", 20, 9)).toBe("short");
});

it("leaves a word that is longer than a row whole, and does not count colours", () => {
  expect(wrap("see http://127.0.0.1/a-long-link now", 12, 2)).toBe("see\n  http://127.0.0.1/a-long-link\n  now");
  expect(wrap("\u001b[31mred\u001b[39m and blue", 12, 2)).toBe("\u001b[31mred\u001b[39m and blue");
});

it("loses no word, and no row is wider than the terminal unless one word is", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 16, max: 80 }), fc.integer({ min: 0, max: 4 }), (all, width, indent) => {
      const rows = wrap(all.join(" "), width, indent).split("\n");
      expect(rows.flatMap((row) => row.trim().split(" "))).toEqual(all);
      for (const row of rows) expect(stripVTControlCharacters(row).length).toBeLessThanOrEqual(width);
    }),
  );
});
