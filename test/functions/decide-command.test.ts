import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Answer, GateOnAws } from "../support/aws/gate-on-aws.js";
import { closed } from "../support/closed.js";

let gate: GateOnAws;
let server: Server;
beforeAll(async () => {
  gate = await GateOnAws.create(1);
  // The Function URL, as far as a client sees it.
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const answer = await gate.request(request.url ?? "/", {
      method: request.method ?? "GET",
      headers,
      ...(body === "" ? {} : { body }),
    });
    response.writeHead(answer.statusCode, { ...answer.headers, "set-cookie": [...(answer.cookies ?? [])] });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await closed(server);
  await gate.destroy();
});

const linkOf = (run: string, person: string, change = {}) =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}${gate.link(run, person, change)}`;
const command = (link: string, ...args: string[]) =>
  gate.fleet.run([...args, "--aws"], { SCHEMA_GATE_APPROVAL_LINK: link });
const outcome = (run: string) => gate.artifact<{ status: string }>(run, "outcome.json")?.status;

it("rejects with a reason", async () => {
  const run = "rejected";
  await gate.run({
    run,
    answer: async () => {
      const decided = await command(linkOf(run, "robin"), "reject", run, "--reason", "not <today>");
      expect(decided, decided.stderr).toMatchObject({ code: 0, stdout: `Recorded for ${run}: rejected.\n` });
    },
  });
  expect(outcome(run)).toBe("rejected");
}, 240_000);

it("approves with one's own link, and says why another does not count", async () => {
  const run = "asks";
  const answer: Answer = async () => {
    const link = linkOf(run, "alex");
    expect(await command("not a link", "approve", run)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("this is not an approver's link"),
    });
    expect(await command(link.replace("127.0.0.1", "gate.example.com"), "approve", run)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("use https"),
    });
    const other = await command(link, "approve", "another-run");
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining(`about the run ${run}, not another-run`) });
    const forged = await command(`${link.slice(0, -4)}AAAA`, "approve", run);
    expect(forged).toMatchObject({ code: 1, stderr: expect.stringContaining("Not accepted: This link") });
    const decided = await command(link, "approve", run);
    expect(decided).toMatchObject({ code: 0, stdout: `Recorded for ${run}: approved.\n` });
    const again = await command(link, "approve", run);
    expect(again.code).toBe(1);
    for (const { stdout, stderr } of [other, forged, decided, again])
      expect(stdout + stderr).not.toContain(new URL(link).searchParams.get("c"));
  };
  const ended = await gate.run({ run, answer });
  expect(ended.status, JSON.stringify(ended)).toBe("succeeded");
  expect(outcome(run)).toBe("passed");
}, 240_000);
