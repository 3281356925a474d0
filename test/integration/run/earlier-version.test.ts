import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestFleet } from "../../support/fleet.js";
import { asPerson } from "../../support/two-people.js";

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await TestFleet.create(2);
}, 180_000);
afterAll(() => fleet.destroy());

const NEW = ["plans", "provision", "webhooks"];

/** Node's options for a command that writes requests as a version did whose config knew less. */
function earlier(): string {
  const text = `
    const own = JSON.stringify;
    JSON.stringify = (value, ...rest) => {
      if (typeof value?.toolVersion !== "string" || !value.config) return own(value, ...rest);
      const known = Object.entries(value.config).filter(([key]) => !${JSON.stringify(NEW)}.includes(key));
      const { maxWave: _, ...rollout } = value.config.rollout;
      return own({ ...value, config: { ...Object.fromEntries(known), rollout } }, ...rest);
    };`;
  return `${asPerson(["run"]).NODE_OPTIONS} --import=data:text/javascript,${encodeURIComponent(text)}`;
}

it("a run that waits while the tool is upgraded is decided, resumed, shown and taken back", async () => {
  const waiting = await fleet.run(["run", "--no-wait"], { NODE_OPTIONS: earlier() });
  expect(waiting.code, waiting.stderr).toBe(4);
  const { config } = JSON.parse(readFileSync(join(fleet.runFolder(), "request.json"), "utf8"));
  for (const key of NEW) expect(config).not.toHaveProperty(key);
  expect(config.rollout).not.toHaveProperty("maxWave");

  for (const command of [["status"], ["approve"], ["resume"], ["status"], ["rollback", "--yes"], ["audit", "verify"]]) {
    const { code, stderr } = await fleet.run(command);
    expect(code, `${command.join(" ")}: ${stderr}`).toBe(0);
  }
  const trail = readFileSync(join(fleet.runFolder(), "audit.jsonl"), "utf8");
  expect(trail).not.toContain("approval.void");
  expect(await fleet.run(["audit", "send"])).toMatchObject({ code: 0 });
}, 180_000);
