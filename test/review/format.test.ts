import { describe, expect, it } from "vitest";
import { scoreText } from "../../lib/core/risk/score-text.js";
import { shortened, visible, visibleLines } from "../../lib/core/visible.js";
import { count, duration, moment, number } from "../../lib/review/format.js";

describe("how the page writes", () => {
  it.each([
    [0, "0 ms"],
    [0.3, "under 1 ms"],
    [14.2, "14 ms"],
    [999.6, "1000 ms"],
    [1400, "1.4 s"],
    [59_949, "59.9 s"],
    [59_960, "1 min 0 s"],
    [200_000, "3 min 20 s"],
    [7_260_000, "2 h 1 min"],
    [Number.NaN, "unknown"],
    [Number.POSITIVE_INFINITY, "unknown"],
  ])("%d ms as %s", (ms, text) => expect(duration(ms)).toBe(text));

  it("numbers, moments and scores", () => {
    expect([number(999), number(12_345_678), count(1, "tenant"), count(2, "tenant")]).toEqual([
      "999",
      "12,345,678",
      "1 tenant",
      "2 tenants",
    ]);
    expect(moment("2026-11-22T17:02:59.123Z")).toBe("22 Nov 2026, 17:02 UTC");
    expect(moment("nonsense")).toBe("nonsense");
    expect([0, 0.004, 0.031, 1].map(scoreText)).toEqual(["0.00", "< 0.01", "0.03", "1.00"]);
  });

  it("foreign text: visible, and short without a cut character", () => {
    expect(visible("a\u202eb\u0000\tc\n")).toBe("a⟨U+202E⟩b⟨U+0000⟩⟨U+0009⟩c⟨U+000A⟩");
    expect(visibleLines("a\n\tb\r")).toBe("a\n\tb⟨U+000D⟩");
    expect(visible("\ud800 é 日本 😀")).toBe("⟨U+D800⟩ é 日本 😀");
    expect([shortened("😀😀😀", 3), shortened("😀😀😀😀", 3)]).toEqual(["😀😀😀", "😀😀…"]);
  });
});
