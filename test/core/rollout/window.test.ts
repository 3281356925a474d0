import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { momentText, parseWindow, type Window, windowState } from "../../../lib/core/rollout/window.js";
import { localTime, utcOf } from "../../../lib/core/rollout/zoned-time.js";

function windowFor(text: string): Window {
  const parsed = parseWindow(text);
  if (typeof parsed === "string") throw new Error(parsed);
  return parsed;
}

const at = (text: string) => Date.parse(text);

describe("a window", () => {
  it.each([
    ["Sat 02:00-05:00 Europe/Berlin", "2026-12-05T01:00:00Z", "open"],
    ["Sat 02:00-05:00 Europe/Berlin", "2026-12-05T03:59:59Z", "open"],
    ["Sat 02:00-05:00 Europe/Berlin", "2026-12-05T04:00:00Z", "closed"],
    ["Sat 02:00-05:00 Europe/Berlin", "2026-12-05T00:59:59Z", "closed"],
    ["sat 22:00-02:00 UTC", "2026-12-06T01:30:00Z", "open"],
    ["Mon-Fri 09:00-17:00 America/New_York", "2026-07-01T13:00:00Z", "open"],
    ["Fri-Mon 09:00-17:00 UTC", "2026-11-29T10:00:00Z", "open"],
    ["Sat,Sun 00:00-24:00 UTC", "2026-11-29T23:59:00Z", "open"],
    ["daily 23:30-00:30 Asia/Kolkata", "2026-11-29T18:45:00Z", "open"],
    ["2026-12-05 02:00-05:00 UTC", "2026-12-05T04:59:00Z", "open"],
    ["2026-12-05 02:00-05:00 UTC", "2026-12-04T04:59:00Z", "closed"],
    ["2026-12-05 02:00-05:00 UTC", "2026-12-05T05:00:00Z", "over"],
    ["2026-12-05 22:00-02:00 UTC", "2026-12-06T01:59:00Z", "open"],
  ])("%s at %s is %s", (text, moment, state) => {
    expect(windowState(windowFor(text), at(moment)).state).toBe(state);
  });

  it("opens next at the local time, also over a change of the clock", () => {
    const berlin = windowFor("Sun 02:30-05:00 Europe/Berlin");
    // 2026-03-29 has no 02:30 in Berlin: the clock goes from 02:00 to 03:00.
    expect(windowState(berlin, at("2026-03-28T12:00:00Z"))).toEqual({
      state: "closed",
      opens: at("2026-03-29T01:30:00Z"),
    });
    // 2026-10-25 has 02:30 twice.
    expect(windowState(berlin, at("2026-10-24T12:00:00Z"))).toEqual({
      state: "closed",
      opens: at("2026-10-25T00:30:00Z"),
    });
    expect(momentText(at("2026-10-25T00:30:00Z"), "Europe/Berlin")).toBe("Sun 2026-10-25 02:30 Europe/Berlin");
  });

  it.each([
    ["Sat 02:00-05:00 Europe/Berln", "there is no time zone Europe/Berln"],
    ["Sat 02:00-05:00", "expected a window such as"],
    ["Sat 25:00-26:00 UTC", "25:00-26:00 is not a span of a day"],
    ["Sat 02:00-02:00 UTC", "begins and ends at the same time"],
    ["Saturnday 02:00-05:00 UTC", "Saturnday is not a day"],
    ["Mon-Fri-Sun 02:00-05:00 UTC", "is not a day"],
    ["2026-02-30 02:00-05:00 UTC", "2026-02-30 is not a day of the calendar"],
    ["", "expected a window"],
  ])("%j is refused: %s", (text, reason) => {
    expect(parseWindow(text)).toContain(reason);
  });

  it("is open exactly where its local time says so, and closes or opens when it says", () => {
    const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu");
    const moments = fc.integer({ min: at("2025-01-01T00:00:00Z"), max: at("2029-01-01T00:00:00Z") });
    fc.assert(
      fc.property(
        zones,
        moments,
        fc.integer({ min: 0, max: 1439 }),
        fc.integer({ min: 1, max: 1439 }),
        (zone, now, from, length) => {
          const clock = (minutes: number) =>
            `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
          const window = windowFor(`daily ${clock(from)}-${clock((from + length) % 1440)} ${zone}`);
          const state = windowState(window, now);
          if (state.state === "open") {
            expect(windowState(window, state.closes - 1).state).toBe("open");
          } else if (state.state === "closed") {
            expect(state.opens).toBeGreaterThan(now);
            expect(state.opens - now).toBeLessThanOrEqual(2 * 86_400_000);
            expect(windowState(window, state.opens).state).toBe("open");
          } else expect.unreachable();
        },
      ),
    );
  });

  it("a local time leads to a moment at which the clock shows it", () => {
    const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Chatham");
    const moments = fc.integer({ min: at("2025-01-01T00:00:00Z") / 1000, max: at("2029-01-01T00:00:00Z") / 1000 });
    fc.assert(
      fc.property(zones, moments, (zone, seconds) => {
        const shown = localTime(seconds * 1000, zone);
        expect(localTime(utcOf(shown, zone), zone)).toBe(shown);
      }),
    );
  });
});
