import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { ended, TestFleet, until } from "../support/fleet.js";

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

/** A group of the approver's that the requester is a member of and the stranger is not. */
const GROUP = 1;

interface Person {
  readonly user: User | null;
  readonly groups: readonly number[];
}

const REQUESTER: Person = { user: requester, groups: [requester?.uid ?? 0, GROUP] };
const APPROVER: Person = { user: approver, groups: [GROUP] };
const STRANGER: Person = { user: stranger, groups: [stranger?.uid ?? 0] };

/** `machine`: a hostname and process ids of its own. Two of them reach one folder, as through a share. */
function start(fleet: TestFleet, { user, groups }: Person, args: readonly string[], machine?: string) {
  const apart = ["--uts", "--pid", "--fork", "--mount-proc", "sh", "-c", `hostname ${machine}; exec "$@"`, "sh"];
  const [program = "", ...words] = [
    ...(machine === undefined ? [] : ["/usr/bin/unshare", ...apart]),
    "/usr/bin/setpriv",
    `--reuid=${user?.uid}`,
    `--regid=${groups[0]}`,
    `--groups=${groups.join(",")}`,
    process.execPath,
    join(packageRoot(), "dist", "bin", "schema-gate.js"),
    ...args,
  ];
  const env = { PATH: process.env.PATH, HOME: join(fleet.directory, "home"), TENANT_PASSWORD: fleet.server.password };
  return spawn(program, words, { cwd: fleet.directory, env });
}

/** The machine's first process, and so all of them: a signal to `unshare` would end that alone. */
function killed({ pid }: ChildProcess): void {
  const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
  process.kill(Number(first), "SIGKILL");
}

async function fleetOfGroup(): Promise<TestFleet> {
  const fleet = await TestFleet.create(2);
  configured(fleet);
  chownSync(fleet.directory, requester?.uid ?? 0, GROUP);
  chmodSync(fleet.directory, 0o755);
  return fleet;
}

function configured(fleet: TestFleet): void {
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
}

describe.runIf(possible)("two system users and a stranger, on one machine", () => {
  let fleet: TestFleet;
  const byRequester = (...args: string[]) => ended(start(fleet, REQUESTER, args));
  const byApprover = (...args: string[]) => ended(start(fleet, APPROVER, args));
  const byStranger = (...args: string[]) => ended(start(fleet, STRANGER, args));

  beforeAll(async () => {
    fleet = await fleetOfGroup();
  });
  afterAll(() => fleet.destroy());

  it("shares what was made before the config named a group", async () => {
    // As the first look at a fleet makes it, by the same config without the group.
    fleet.writeConfig({ requester: "release-pipeline", approval: { approvers: [{ id: "lead" }] } });
    expect((await byRequester("check")).code).toBe(0);
    const refused = await byApprover("status");
    expect(refused.stderr).toContain(`belongs to ${requester?.name}`);
    configured(fleet);
    // The next command that reads the config shares the folder, with the runs that are in it.
    expect((await byRequester("check")).code).toBe(0);
    const [first = ""] = fleet.runs();
    for (const command of [["status"], ["report", first]]) {
      const seen = await byApprover(...command);
      expect([command, seen.code], seen.stderr).toEqual([command, 0]);
    }
  });

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
      expect(stderr).toMatch(/belongs to|cannot be/);
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

describe.runIf(possible && existsSync("/usr/bin/unshare"))(
  "two system users on two machines that share the folder",
  () => {
    let fleet: TestFleet;
    beforeAll(async () => {
      fleet = await fleetOfGroup();
    });
    afterAll(() => fleet.destroy());

    it("one asks and waits, the other approves and takes back, and neither works on what the other has", async () => {
      const elsewhere = (...args: string[]) => ended(start(fleet, APPROVER, args, "desk-2"));
      const child = start(fleet, REQUESTER, ["run"], "ci-1");
      const running = ended(child);
      let said = "";
      child.stderr?.on("data", (text) => {
        said += text;
      });
      await until(() => said.includes("Waiting for an approval"), "the run asks");
      const second = await elsewhere("resume");
      expect(second.code, second.stdout).toBe(3);
      expect(second.stderr).toMatch(/is being worked on by process \d+ on ci-1/);
      const given = await elsewhere("approve");
      expect(given.code, given.stderr).toBe(0);
      const ran = await running;
      expect(ran.code, ran.stdout + ran.stderr).toBe(0);
      const back = await elsewhere("rollback", "--yes");
      expect(back.code, back.stdout + back.stderr).toBe(0);
      const verified = await elsewhere("audit", "verify", fleet.runs().at(-1) ?? "");
      expect(verified.code, verified.stdout + verified.stderr).toBe(0);
    }, 120_000);

    it("what a machine left that is gone is lifted by a person, who is told which file", async () => {
      const child = start(fleet, REQUESTER, ["run"], "ci-1");
      const running = ended(child);
      let said = "";
      child.stderr?.on("data", (text) => {
        said += text;
      });
      // The release was taken back, so it is asked for once more.
      await until(() => said.includes("Waiting for an approval"), "the run asks");
      killed(child);
      await running;
      expect((await ended(start(fleet, APPROVER, ["approve"], "desk-2"))).code).toBe(0);
      const refused = await ended(start(fleet, APPROVER, ["resume"], "desk-2"));
      expect(refused.code, refused.stdout).toBe(3);
      const file = /remove (\S+\.lock)/.exec(refused.stderr)?.[1] ?? "";
      expect(file, refused.stderr).not.toBe("");
      rmSync(file);
      const resumed = await ended(start(fleet, APPROVER, ["resume"], "desk-2"));
      expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    }, 120_000);
  },
);
