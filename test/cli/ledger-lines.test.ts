import { expect, it } from "vitest";
import { ledgerLines } from "../../lib/cli/run/ledger-lines.js";
import type { LedgerState } from "../../lib/steps/catalog/fleet-ledgers.js";

const fleet = (count: number, prefix: string, state: Omit<LedgerState, "tenant">): readonly LedgerState[] =>
  Array.from({ length: count }, (_, at) => ({ tenant: `${prefix}${at + 1}`, ...state }));
const current = { pending: [], reason: null };

it("names each tenant of a small fleet that is behind or unknown", () => {
  const states = [
    ...fleet(2, "a", current),
    ...fleet(1, "behind", { pending: ["2", "3"], reason: null }),
    ...fleet(1, "b", { pending: null, reason: "connection refused" }),
  ];
  expect(ledgerLines("3_index", states)).toEqual([
    "3_index: 4 tenants, 2 up to date, 1 behind, 1 unknown",
    "  behind1  lacks 2, 3",
    "  b1       connection refused",
  ]);
  const exempt = new Map([["behind1", { expires: "2099-12-31", by: "ada" }]]);
  expect(ledgerLines("3_index", states, exempt)[1]).toBe("  behind1  lacks 2, 3 (exempt until 2099-12-31, by ada)");
});

it("puts more than fifty together by what they lack", () => {
  const states = [
    ...fleet(240, "a", current),
    ...fleet(2, "old", { pending: ["2", "3"], reason: null }),
    ...fleet(57, "b", { pending: ["3"], reason: null }),
    ...fleet(1, "c", { pending: null, reason: "connection refused" }),
  ];
  expect(ledgerLines("3_index", states)).toEqual([
    "3_index: 300 tenants, 240 up to date, 59 behind, 1 unknown",
    "  lacks 3  57 tenants: b1, b2, b3, b4, b5 and 52 more",
    "  lacks 2, 3  2 tenants: old1, old2",
    "  connection refused  1 tenant: c1",
    "  every tenant by name: schema-gate status --fleet --json",
  ]);
});
