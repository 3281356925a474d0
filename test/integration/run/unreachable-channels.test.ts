import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { ended, TestFleet, until } from "../../support/fleet.js";
import { asPerson } from "../../support/two-people.js";

let fleet: TestFleet;
let mail: SMTPServer;

beforeAll(async () => {
  fleet = await TestFleet.create(2);
  mail = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error("no such mailbox"), { responseCode: 550 })),
  });
  mail.on("error", () => {});
  await new Promise<void>((resolve) => mail.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await new Promise<void>((resolve) => void mail.close(() => resolve()));
  await fleet.destroy();
});

interface TrailEvent {
  readonly action: string;
  readonly subject: { readonly kind: string };
  readonly details: { readonly channel?: string; readonly reason?: string };
}

function trail(): readonly TrailEvent[] {
  try {
    const lines = readFileSync(join(fleet.runFolder(), "audit.jsonl"), "utf8").split("\n");
    return lines.filter(Boolean).map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

it("a Slack that is not there and a mail server that rejects: said, audited, and the run waits for another way", async () => {
  const { port } = mail.server.address() as AddressInfo;
  fleet.writeConfig({
    approval: {
      approvers: [{ id: userInfo().username, email: "alex@example.com", slack: "U024BE7LH" }],
      origin: "http://127.0.0.1:1",
      slack: { token: "env:SLACK_TOKEN", signingSecret: "env:SLACK_SECRET" },
      email: { host: "127.0.0.1", port, security: "none", from: "gate@example.com" },
    },
  });
  const unreachable = pathToFileURL(join(packageRoot(), "test", "support", "no-slack.mjs")).href;
  const secrets = { SLACK_TOKEN: "xoxb-not-a-token", SLACK_SECRET: "not-a-secret" };
  // An environment of its own replaces the options that make the requester somebody else, so they are repeated.
  const { NODE_OPTIONS = "" } = asPerson(["run"]);
  const child = fleet.start(["run"], { ...secrets, NODE_OPTIONS: `${NODE_OPTIONS} --import ${unreachable}` });
  const end = ended(child);
  const undelivered = () =>
    trail().filter(({ action, subject }) => action === "fault.observed" && subject.kind === "approver");
  await until(() => child.exitCode !== null || undelivered().length === 2, "both failures are audited");
  expect(trail().map(({ action }) => action)).not.toContain("approval.given");
  await until(async () => (await fleet.run(["approve"])).code === 0, "the approval is accepted");

  const result = await end;
  expect(result.code, result.stderr).toBe(0);
  expect(result.stderr).toMatch(/Not asked: .* by slack: Slack cannot be reached: ECONNREFUSED \(tried 3 times\)/);
  expect(result.stderr).toMatch(/Not asked: .* by e-mail: .*no such mailbox/);
  expect(
    undelivered()
      .map(({ details }) => details.channel)
      .sort(),
  ).toEqual(["e-mail", "slack"]);
  for (const secret of Object.values(secrets)) expect(result.stderr + result.stdout).not.toContain(secret);
}, 120_000);
