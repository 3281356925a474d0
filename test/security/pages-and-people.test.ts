import { connect } from "node:net";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { artifactsFolder } from "../../lib/adapters/local/artifacts-folder.js";
import { loopbackOnly } from "../../lib/cli/run/channels.js";
import { openReviewServer } from "../../lib/cli/run/review-server.js";
import { printLinks } from "../../lib/cli/run/waiting.js";
import type { AuditNote } from "../../lib/ports/audit.js";
import type { Ports } from "../../lib/ports/ports.js";
import { RefusalLog } from "../../lib/review/refusal-log.js";
import { isFromHome, type SlackPayload } from "../../lib/review/slack/payload.js";
import { approvalsIn, temporaryFolder } from "../review/harness.js";
import { APPROVAL_REQUEST } from "../support/approval-request.js";
import { schemaGate } from "../support/captured-io.js";
import { TestFleet } from "../support/fleet.js";

async function waiting() {
  const notes: AuditNote[] = [];
  const approvals = approvalsIn(temporaryFolder());
  const now = Date.now();
  const request = { ...APPROVAL_REQUEST, run: "r", requestedAt: now, expiresAt: now + 60_000 };
  await approvals.open(request, "token");
  const ports = {
    run: "r",
    approvals,
    artifacts: artifactsFolder(temporaryFolder()),
    clock: { now: Date.now, monotonic: () => performance.now(), sleep: async () => {} },
    audit: { append: async (note: AuditNote) => void notes.push(note) },
  } as unknown as Ports;
  return { ports, notes, request };
}

/** The server is closed although somebody holds it; measured by its own promise, with time to spare. */
async function closes(hold: (port: number) => Promise<{ destroy(): void }>): Promise<void> {
  const { ports } = await waiting();
  const server = await openReviewServer(ports, 0, loopbackOnly());
  const port = Number(new URL(server.address).port);
  const held = await hold(port);
  const begun = performance.now();
  await server.close();
  expect(performance.now() - begun).toBeLessThan(5_000);
  held.destroy();
}

function socket(port: number, first = "") {
  return new Promise<ReturnType<typeof connect>>((resolve) => {
    const opened = connect(port, "127.0.0.1", () => {
      opened.write(first);
      resolve(opened);
    });
    opened.on("error", () => {});
  });
}

describe("an approved rollout does not wait for", () => {
  it("a connection that says nothing", () => closes((port) => socket(port)));
  it("a request that never ends", () => closes((port) => socket(port, "POST /runs/r HTTP/1.1\r\nhost: x\r\n")));
  it("a body that never comes", () =>
    closes((port) => socket(port, "POST /runs/r HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n")));
  it("a page that is kept open", () =>
    closes(async (port) => {
      const open = await socket(port, "GET /runs/r HTTP/1.1\r\nhost: x\r\nconnection: keep-alive\r\n\r\n");
      await new Promise((resolve) => open.once("data", resolve));
      return open;
    }));
});

/** Writes a piece every few milliseconds for as long as the other side listens. */
async function trickling(port: number, first: string, piece: string) {
  const open = await socket(port, first);
  const timer = setInterval(() => open.writable && open.write(piece), 5);
  open.once("close", () => clearInterval(timer));
  return open;
}

describe("neither does it wait for", () => {
  const head = "POST /runs/r HTTP/1.1\r\nhost: x\r\n";
  it("a body that comes byte by byte", () =>
    closes((port) => trickling(port, `${head}content-length: 100000\r\n\r\n`, "a")));
  it("a body in chunks that never ends", () =>
    closes((port) => trickling(port, `${head}transfer-encoding: chunked\r\n\r\n`, "1\r\na\r\n")));
  it("headers that come one by one", () => closes((port) => trickling(port, head, "x: y\r\n")));
  it("a request line without an end", () => closes((port) => trickling(port, "GET /runs/", "r")));
  it("an upgrade to another protocol", () =>
    closes((port) =>
      socket(port, "GET /runs/r HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"),
    ));
  it("a tunnel", () => closes((port) => socket(port, "CONNECT x:80 HTTP/1.1\r\nhost: x\r\n\r\n")));
  it("what is no HTTP", () => closes((port) => socket(port, "\u0016\u0003\u0001\u0002\u0000\u0001")));
  it("answers that nobody reads", () =>
    closes(async (port) => {
      const open = await socket(port);
      open.pause();
      open.write("GET /runs/r HTTP/1.1\r\nhost: x\r\n\r\n".repeat(500));
      await new Promise((resolve) => setTimeout(resolve, 300));
      return open;
    }));
  it("three hundred connections that say nothing", () =>
    closes(async (port) => {
      const held = await Promise.all(Array.from({ length: 300 }, () => socket(port)));
      return { destroy: () => held.forEach((each) => void each.destroy()) };
    }));

  it("two hundred of them while somebody reads the page; large headers and bodies are refused", async () => {
    const { ports } = await waiting();
    const server = await openReviewServer(ports, 0, loopbackOnly());
    const port = Number(new URL(server.address).port);
    const held = await Promise.all(Array.from({ length: 200 }, () => socket(port)));
    expect((await fetch(server.address)).status).toBeLessThan(500);
    expect((await fetch(server.address, { headers: { x: "y".repeat(60_000) } })).status).toBe(431);
    const sent = await fetch(server.address, { method: "POST", body: "x".repeat(10_000_000) }).then(
      ({ status }) => status,
      () => 413,
    );
    expect(sent).toBe(413);
    for (const each of held) each.destroy();
    await server.close();
  });
});

describe("refused attempts", () => {
  it("are in the trail one by one up to a number, then as their number", async () => {
    const { ports, notes } = await waiting();
    const log = new RefusalLog(ports);
    for (let at = 0; at < 10_000; at += 1)
      await log.note({ kind: "refusal", run: null, person: null, channel: "link", code: "forged", message: "x", at });
    await log.close();
    expect(notes.length).toBe(51);
    expect(notes.at(-1)?.details).toMatchObject({ code: "forged", count: 9950 });
  });
});

describe("a link", () => {
  const said = async (login: string) => {
    const { ports } = await waiting();
    const stderr = new PassThrough();
    const stop = new AbortController();
    const io = { stderr, stdout: stderr, login, interactive: false, live: false, colour: false, columns: 80 } as never;
    const options = { io, port: 0, name: login, mode: "wait" as const, channels: loopbackOnly() };
    const silent = { ...ports, stop: stop.signal } as Ports;
    const server = await openReviewServer(silent, 0, options.channels);
    await printLinks(silent, options, server);
    await server.close();
    return { text: String(stderr.read()), links: server.links };
  };

  it("is shown to the person it is for alone", async () => {
    const requester = await said("dana");
    expect(requester.links.map(({ person }) => person.id)).toEqual(["alex"]);
    for (const { link } of requester.links) expect(requester.text).not.toContain(link);
    expect(requester.text).toMatch(/alex: as your own login, schema-gate approve r/);
    const approver = await said("alex");
    for (const { link } of approver.links) expect(approver.text).toContain(link);
  });

  it("is printed on its approver's own request, and on nobody else's", async () => {
    const fleet = await TestFleet.create(1);
    try {
      const child = fleet.start(["run"]);
      let text = "";
      await new Promise<void>((resolve) =>
        child.stderr?.on("data", (chunk) => {
          text += chunk;
          if (text.includes("The page:")) resolve();
        }),
      );
      expect(text).not.toContain("approve it with");
      const mine = await schemaGate(fleet.directory, ["approve", "--link"]);
      expect(mine.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/runs\/[^?]+\?c=/);
      expect((await fetch(mine.stdout.trim())).status).toBe(200);
      for (const login of ["release-engineer", "release-pipeline", "mallory"]) {
        const other = await schemaGate(fleet.directory, ["approve", "--link"], { login });
        expect(other).toMatchObject({ code: 1, stdout: "" });
      }
      child.kill("SIGINT");
      await new Promise((resolve) => child.once("close", resolve));
    } finally {
      await fleet.destroy();
    }
  });
});

describe("what Slack sends", () => {
  const home = { team: "T1", app: "A1" };
  const from = (team: string | null, app: string | null, of: string | null) =>
    ({
      type: "block_actions",
      team: team && { id: team },
      api_app_id: app,
      user: { id: "U1", team_id: of },
    }) as never as SlackPayload;

  it.each([
    ["T1", "A1", "T1", true],
    ["T1", "A1", null, true],
    ["T2", "A1", "T2", false],
    ["T1", "A2", "T1", false],
    ["T1", "A1", "T2", false],
    [null, "A1", "T1", false],
    ["T1", null, "T1", false],
  ])("from workspace %s, app %s, by a member of %s: %s", (team, app, of, expected) =>
    expect(isFromHome(from(team, app, of), home)).toBe(expected),
  );

  it("by a guest of another workspace does not count, also where the config names none", () => {
    expect(isFromHome(from("T1", "A1", "T2"), {})).toBe(false);
    expect(isFromHome(from("T1", "A1", "T1"), {})).toBe(true);
  });
});
