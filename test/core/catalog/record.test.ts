import fc from "fast-check";
import { expect, it } from "vitest";
import { parseArray, parseRecords } from "../../../lib/core/catalog/sources/record.js";

const value = fc.oneof(
  fc.constant(null),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom('"', "\\", "a\nb", ",", "()", "NULL"),
);
const quote = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '""')}"`;

it("reads rows of any text as PostgreSQL writes them", () => {
  fc.assert(
    fc.property(fc.array(fc.array(value, { minLength: 1, maxLength: 4 })), (rows) => {
      const text = rows
        .map((row) => `(${row.map((field) => (field === null ? "" : quote(field))).join(",")})`)
        .join("\n");
      expect(parseRecords(text)).toEqual(rows);
    }),
  );
});

it("reads arrays of any text as PostgreSQL writes them", () => {
  const escaped = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  fc.assert(
    fc.property(fc.array(value), (items) => {
      expect(parseArray(`{${items.map((item) => (item === null ? "NULL" : escaped(item))).join(",")}}`)).toEqual(items);
    }),
  );
});

it.each(["", "(", "(a", "a)", "(a)(b)"])("refuses what is no row: %j", (text) => {
  if (text === "") expect(parseRecords(text)).toEqual([]);
  else expect(() => parseRecords(text)).toThrow(SyntaxError);
});
