import { createHmac, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../lib/adapters/local/free-port.js";
import { approvalsOf } from "../../lib/adapters/local/open-run.js";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { LINK_KEY, secretKey } from "../../lib/adapters/local/secret-key.js";
import { workspaceIn } from "../../lib/adapters/local/workspace.js";
import { issueCapability, NONCE_BYTES } from "../../lib/core/approval/capability.js";
import type { ApprovalRequest } from "../../lib/core/approval/request.js";
import { type Answer, schemaGate, stateOnly } from "../support/captured-io.js";
import { type CommandResult, ended, TestFleet } from "../support/fleet.js";
import { asPerson } from "../support/two-people.js";

const REQUESTER = "release-engineer";
const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

let fleet: TestFleet;
let origin: string;
let request: ApprovalRequest;
let asked: Promise<CommandResult>;
/** The link that the log shows to everybody. */
let viewer: string;

/** The requester is an approver of the config as well, by their login with a Slack account, and by the name that the config gives them. */
beforeAll(async () => {
  fleet = await TestFleet.create(1);
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  fleet.writeConfig({
    approval: {
      approvers: [
        { id: "robin" },
        { id: REQUESTER, slack: "U0REQ", email: "engineer@example.com" },
        { id: "lead", aliases: ["release-pipeline"] },
      ],
      origin,
      port,
      slack: { token: "env:SLACK_TOKEN", signingSecret: "env:SLACK_SECRET" },
    },
  });
  const noSlack = pathToFileURL(join(packageRoot(), "test", "support", "no-slack.mjs")).href;
  const child = fleet.start(["run"], {
    SLACK_TOKEN: "xoxb-not-a-token",
    SLACK_SECRET: SECRET,
    NODE_OPTIONS: `${asPerson(["run"]).NODE_OPTIONS} --import ${noSlack}`,
  });
  asked = ended(child);
  let said = "";
  await new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.stderr?.on("data", (text) => {
      said += text;
      if (said.includes("to look without deciding: ") && said.endsWith("\n")) resolve();
    });
  });
  expect(child.exitCode, said).toBeNull();
  viewer = /to look without deciding: (\S+)/.exec(said)?.[1] ?? "";
  const record = await approvals().then((folder) => folder.read(run()));
  if (record === null) throw new Error("the run asks nobody");
  request = record.request;
}, 240_000);
afterAll(() => fleet.destroy());

const run = () => fleet.runs().at(-1) ?? "";
const workspace = () => workspaceIn(fleet.directory, stateOnly());
const approvals = () => approvalsOf(workspace());
const as = (login: string, ...argv: string[]): Promise<Answer> => schemaGate(fleet.directory, argv, { login });

/** A link as the gate signs it, with its own key: nothing keeps it from being believed but whom it is for. */
async function link(person: string): Promise<string> {
  const key = await secretKey(workspace().keys, LINK_KEY);
  return `${origin}/runs/${run()}?c=${issueCapability(request, person, "decide", randomBytes(NONCE_BYTES), key)}`;
}

/** The form, as a browser sends it from the page. */
async function press(address: string): Promise<number> {
  const page = await fetch(address);
  const html = await page.text();
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? "";
  const answer = await fetch(address, {
    method: "POST",
    headers: { origin, "sec-fetch-site": "same-origin", cookie: page.headers.get("set-cookie")?.split(";")[0] ?? "" },
    body: new URLSearchParams({ verdict: "approve", csrf: hidden("csrf"), digest: request.digest }),
  });
  return answer.status;
}

async function pressInSlack(user: string): Promise<number> {
  const value = JSON.stringify({ run: run(), digest: request.digest });
  const payload = JSON.stringify({
    type: "block_actions",
    user: { id: user, name: "whoever" },
    trigger_id: "t.1",
    response_url: "https://hooks.slack.com/actions/T1/1",
    actions: [{ action_id: "schema-gate:approve", action_ts: "1.1", value, type: "button" }],
  });
  const body = new URLSearchParams({ payload }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  const hash = createHmac("sha256", SECRET).update(`v0:${timestamp}:${body}`).digest("hex");
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${hash}`,
  };
  return (await fetch(`${origin}/slack/interactions`, { method: "POST", headers, body })).status;
}

async function atTerminal(login: string): Promise<void> {
  for (const argv of [["approve"], ["approve", "--link"]]) {
    const { code, stdout, stderr } = await as(login, ...argv);
    expect([argv, code, stdout]).toEqual([argv, 1, ""]);
    expect(stderr).toContain("cannot approve it");
  }
}

const WAYS: readonly [string, () => Promise<void>][] = [
  ["a link that is rightly signed for them", async () => expect(await press(await link(REQUESTER))).toBe(403)],
  ["the terminal", () => atTerminal(REQUESTER)],
  ["Slack", async () => expect(await pressInSlack("U0REQ")).toBe(200)],
  [
    "the API, without the page: by what they were given to look, and by nothing",
    async () => {
      expect(await press(viewer)).toBe(403);
      expect(await press(`${origin}/runs/${run()}`)).toBe(403);
    },
  ],
  [
    "a second login: the name that the config gives the requester, and an approver who has it as an alias",
    async () => {
      for (const login of ["lead", "release-pipeline"]) await atTerminal(login);
    },
  ],
];

async function refusals(): Promise<readonly string[]> {
  const lines = readFileSync(join(fleet.runFolder(), "audit.jsonl"), "utf8").trim().split("\n");
  const events = lines.map((line) => JSON.parse(line) as { action: string; details: Record<string, unknown> });
  return events
    .filter(({ action }) => action === "approval.refused")
    .map(({ details }) => `${details.channel} ${details.code}`);
}

describe("whoever asked for a run approves it by no way", () => {
  it.each(WAYS)("%s", async (_, attempt) => {
    await attempt();
    expect((await (await approvals()).read(run()))?.entries).toEqual([]);
    expect((await as(REQUESTER, "status")).stdout).toContain("waiting for an approval");
  });

  it("and another person does by one", async () => {
    const given = await as("robin", "approve");
    expect(given.code, given.stderr).toBe(0);
    const ran = await asked;
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    // Each attempt is in the trail; those at a terminal once the question is settled.
    expect((await refusals()).toSorted()).toEqual([
      "link no-capability",
      "link self-approval",
      "link view-only",
      "slack self-approval",
      "terminal self-approval",
      "terminal self-approval",
      "terminal self-approval",
    ]);
  }, 240_000);
});
