import { spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { ended, TestFleet } from "../support/fleet.js";

interface User {
  readonly name: string;
  readonly uid: number;
}

/** Users that every system has, none of them root. */
function systemUser(name: string): User | null {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((one) => one.startsWith(`${name}:`));
  return line === undefined ? null : { name, uid: Number(line.split(":")[2]) };
}

const requester = systemUser("www-data") ?? systemUser("nobody");
const approver = systemUser("daemon");
const stranger = systemUser("games") ?? systemUser("bin");
const possible = process.getuid?.() === 0 && existsSync("/usr/bin/setpriv") && requester && approver && stranger;
if (!possible) console.info("two-users: skipped, since it needs root and setpriv to be three system users");

/** A group of the approver's, of which the requester is a member and the stranger is not. */
const GROUP = 1;

describe.runIf(possible)("two system users and a stranger, on one machine", () => {
  let fleet: TestFleet;
  const as = (user: User | null, groups: readonly number[], args: readonly string[]) =>
    ended(
      spawn(
        "/usr/bin/setpriv",
        [
          `--reuid=${user?.uid}`,
          `--regid=${groups[0]}`,
          `--groups=${groups.join(",")}`,
          process.execPath,
          join(packageRoot(), "dist", "bin", "schema-gate.js"),
          ...args,
        ],
        {
          cwd: fleet.directory,
          env: { PATH: process.env.PATH, HOME: "/nonexistent", TENANT_PASSWORD: fleet.server.password },
        },
      ),
    );
  const byRequester = (...args: string[]) => as(requester, [requester?.uid ?? 0, GROUP], args);
  const byApprover = (...args: string[]) => as(approver, [GROUP], args);
  const byStranger = (...args: string[]) => as(stranger, [stranger?.uid ?? 0], args);

  beforeAll(async () => {
    fleet = await TestFleet.create(2);
    fleet.writeConfig({
      requester: "release-pipeline",
      runs: { group: String(GROUP) },
      approval: {
        approvers: [
          { id: "lead", aliases: ["daemon"] },
          { id: "other", aliases: [requester?.name ?? ""] },
        ],
      },
    });
    chownSync(fleet.directory, requester?.uid ?? 0, GROUP);
    chmodSync(fleet.directory, 0o755);
  });
  afterAll(() => fleet.destroy());

  it("asks, and may not approve under any name", async () => {
    const asked = await byRequester("run", "--no-wait");
    expect(asked.code, asked.stderr).toBe(4);
    const own = await byRequester("approve");
    expect(own, own.stderr).toMatchObject({ code: 1 });
    expect(own.stderr).toContain(
      `release-pipeline (started by ${requester?.name}) asked for this run and cannot approve it`,
    );
  });

  it("is nothing to a stranger, who is told why", async () => {
    for (const command of ["status", "approve", "resume", "rollback"]) {
      const { code, stderr } = await byStranger(command);
      expect([command, code]).not.toEqual([command, 0]);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(stderr).toMatch(/belongs to|EACCES|cannot be/);
    }
  });

  it("is seen, approved, resumed and taken back by a colleague of the group", async () => {
    const seen = await byApprover("status");
    expect(seen.code, seen.stderr).toBe(0);
    expect(seen.stdout).toContain("waiting for an approval");
    const given = await byApprover("approve");
    expect(given.code, given.stderr).toBe(0);
    expect(given.stdout).toContain("as daemon: approved");
    const resumed = await byApprover("resume");
    expect(resumed.code, resumed.stderr).toBe(0);
    const reported = await byRequester("report", fleet.runs().at(-1) ?? "");
    expect(reported.code, reported.stderr).toBe(0);
    const back = await byApprover("rollback", "--yes");
    expect(back.code, back.stderr).toBe(0);
    const verified = await byRequester("audit", "verify", fleet.runs().at(-1) ?? "");
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  });

  it("leaves files of the group's, and nothing for others", () => {
    const root = join(fleet.directory, ".schema-gate");
    expect(statSync(root).mode & 0o7777).toBe(0o2770);
    for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
      const { mode, gid } = statSync(join(entry.parentPath, entry.name));
      expect([entry.name, mode & 0o007, gid]).toEqual([entry.name, 0, GROUP]);
    }
  });
});
