import { expect, it } from "vitest";
import type { Finding } from "../../../lib/core/finding.js";
import { onAws } from "../../../lib/core/report/where-it-runs.js";

const finding = (command?: string): Finding => ({
  code: "rollout.breaker",
  gate: "rollout",
  severity: "error",
  subject: { kind: "run", name: "r-1" },
  message: "x",
  ...(command === undefined ? {} : { remedy: { text: "Go on.", command } }),
});

it.each([
  ["schema-gate run", "schema-gate run --aws"],
  ["schema-gate run --aws", "schema-gate run --aws"],
  ["schema-gate resume", "schema-gate resume r-1 --aws"],
  ["schema-gate resume r-1", "schema-gate resume r-1 --aws"],
  ["schema-gate resume RUN", "schema-gate resume r-1 --aws"],
  ["schema-gate rollback", "schema-gate rollback r-1 --aws"],
  ["schema-gate rollback r-1 --dry-run", "schema-gate rollback r-1 --dry-run --aws"],
  ["schema-gate status other --watch", "schema-gate status other --watch --aws"],
  ["schema-gate lint --fix", "schema-gate lint --fix"],
  ["npm install x", "npm install x"],
])("on AWS %s is %s", (command, there) => {
  expect(onAws("r-1", finding(command)).remedy?.command).toBe(there);
});

it("leaves alone what names no command", () => {
  expect(onAws("r-1", finding())).toEqual(finding());
});
