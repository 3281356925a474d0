import type { ApprovalNotice } from "../../../lib/ports/notifier.js";

/** Clock without waiting: it notes how long it was asked to. */
export function patientClock() {
  const pauses: number[] = [];
  return { pauses, sleep: async (ms: number) => void pauses.push(ms) };
}

export const HOSTILE = [
  `"><img src=x onerror=alert(1)>`,
  "<!channel> <https://evil.example|click> *bold* :bomb:",
  "\u202egpj.exe\r\nBcc: all@example.com",
];

export function notice(change: Partial<ApprovalNotice> = {}): ApprovalNotice {
  return {
    run: "run-1",
    release: "20240115_add_tenant_quota",
    digest: "d1".repeat(32),
    requester: "dana",
    score: {
      fleet: 0.031,
      verdict: "ask",
      factors: [
        { name: "drift", value: 0.012, reason: "differences, as in 042-prod: 3 that it heals" },
        { name: "locks", value: 0, reason: "no lock stops other sessions" },
      ],
    },
    tenants: 247,
    outliers: ["042-prod", "159-legacy"],
    errors: 0,
    warnings: 3,
    quorum: 1,
    expiresAt: Date.parse("2026-11-22T20:52:44Z"),
    recipients: [
      {
        person: { id: "alex", email: "alex@example.com", slack: "U0ALEX" },
        link: "https://gate.example.com/runs/run-1?c=alexs",
      },
      { person: { id: "robin", email: "robin@example.com" }, link: "https://gate.example.com/runs/run-1?c=robins" },
    ],
    ...change,
  };
}
