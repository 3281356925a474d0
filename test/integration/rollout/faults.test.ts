import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Account, account } from "../../support/faults/account.js";
import { cutConnections } from "../../support/faults/cut-connections.js";
import { FaultFleet } from "../../support/faults/fault-fleet.js";
import { canMount, fullDisk } from "../../support/faults/full-disk.js";
import { killAt, killInGates, killInRollback, strike } from "../../support/faults/kill-runner.js";
import { type ReplicatedFleet, replicaLag, replicatedFleet } from "../../support/faults/lagging-replica.js";
import { crash, strikeServer } from "../../support/faults/strike-server.js";
import { drift } from "../../support/faults/strike-tenants.js";

const nothingWrong = { wrong: [], twice: 0, lost: 0, unaudited: 0 };

/** A line of docs/reliability.md. */
const told = ({ kind, injected, struck }: Account) =>
  `${kind} | ${injected} | ${struck.old} | ${struck.between} | ${struck.new}`;

/** The harness of test/bench/reliability.test.ts on few tenants: seconds in place of an hour. */
describe("a rollout that is struck", () => {
  let fleet: FaultFleet;

  beforeAll(async () => {
    fleet = await FaultFleet.create(11);
    fleet.writeConfig();
    await fleet.approve();
  });
  afterAll(() => fleet.destroy());

  const faults: Readonly<Record<string, (book: Account) => Promise<void>>> = {
    "runner killed within its tenants": (book) => killAt(fleet, book, ["query 150 after"]),
    "runner killed before a gate": (book) => killInGates(fleet, book, ["step 33 before"]),
    "runner killed while it takes the release back": async (book) => {
      await fleet.restore();
      await fleet.command(["resume"]);
      const { points } = await strike(fleet, { command: ["rollback", "--yes"], kill: null });
      const ends = points.filter(({ at, name }) => at.endsWith("before") && name === "Seal");
      await killInRollback(fleet, book, ["query 60 after", ...ends.map(({ at }) => at)]);
    },
    "connections cut": (book) => cutConnections(fleet, book, 1),
    "server process killed": (book) => strikeServer(fleet, book, crash, 1),
    "drift after the approval": (book) => drift(fleet, book),
  };

  it.each(Object.keys(faults))("%s: every tenant gets the release once, and the run knows", async (kind) => {
    const book = account(kind);
    await faults[kind]?.(book);
    console.log(told(book));
    expect(book).toMatchObject(nothingWrong);
    expect(book.injected).toBeGreaterThan(0);
  });

  it.skipIf(!canMount())(
    "disk full: tenants stay as they were, and those that have the release are left alone",
    async () => {
      const book = account("disk full");
      await fullDisk(fleet, book, 1);
      console.log(told(book));
      expect(book).toMatchObject(nothingWrong);
      expect(book.injected).toBeGreaterThan(0);
    },
  );
});

describe("a fleet with replicas", () => {
  let replicated: ReplicatedFleet;

  beforeAll(async () => {
    replicated = await replicatedFleet(6);
  });
  afterAll(() => replicated.destroy());

  it("that lag: what only the primary knows is not run over, and who was read from where is in the trail", async () => {
    const book = account("replica lag");
    await replicaLag(replicated, book);
    console.log(told(book));
    expect(book).toMatchObject({ ...nothingWrong, injected: 10 });
  });
});
