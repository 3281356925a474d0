import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Account, account } from "../support/faults/account.js";
import { clockJump } from "../support/faults/clock-jump.js";
import { cutConnections } from "../support/faults/cut-connections.js";
import { FaultFleet } from "../support/faults/fault-fleet.js";
import { canMount, fullDisk } from "../support/faults/full-disk.js";
import {
  killAt,
  killInFailure,
  killInGates,
  killInRollback,
  NEEDED,
  spread,
  strike,
  type Trace,
} from "../support/faults/kill-runner.js";
import { type ReplicatedFleet, replicaLag, replicatedFleet } from "../support/faults/lagging-replica.js";
import { rolloutDuringRollback, twoRuns } from "../support/faults/rival-runs.js";
import { crash, restart, strikeServer } from "../support/faults/strike-server.js";
import { deadlock, drift, dropped, holdLocks, joined } from "../support/faults/strike-tenants.js";

const HOUR = 3_600_000;
const books: Account[] = [];

/** Injects the faults of one kind and holds that nothing came out wrong. */
async function faults(kind: string, inject: (book: Account) => Promise<void>): Promise<void> {
  const book = account(kind);
  books.push(book);
  await inject(book);
  console.log(JSON.stringify(book));
  const { injected, wrong, twice, lost, unaudited } = book;
  expect({ wrong, twice, lost, unaudited }).toEqual({ wrong: [], twice: 0, lost: 0, unaudited: 0 });
  expect(injected).toBeGreaterThan(0);
}

async function times(count: number, work: (round: number) => Promise<void>): Promise<void> {
  for (let round = 0; round < count; round += 1) await work(round);
}

/** From a step on, each step's name once from either side, where it comes first; said, so that the table can name them. */
function firstOfEach({ points }: Trace, from?: string): readonly string[] {
  const all = points.filter(({ at }) => at.startsWith("step"));
  const steps = all.slice(from === undefined ? 0 : all.findIndex(({ name }) => name === from));
  console.log(`before and after: ${[...new Set(steps.map(({ name }) => name))].join("; ")}`);
  const seen = new Set<string>();
  return steps.flatMap(({ at, name }) => {
    const key = `${name} ${at.split(" ")[2]}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [at];
  });
}

afterAll(() => {
  const rows = books.map(({ kind, injected, struck, wrong, twice, lost, unaudited }) =>
    [kind, injected, struck.old, struck.between, struck.new, wrong.length, twice, lost, unaudited].join(" | "),
  );
  const sum = books.reduce((total, { injected }) => total + injected, 0);
  console.log(`${["", ...rows, `sum | ${sum}`].join("\n| ")}`);
});

describe("thirty-two tenants at once under a runner that is killed", () => {
  let fleet: FaultFleet;
  let trace: Trace;

  beforeAll(async () => {
    fleet = await FaultFleet.create(32);
    fleet.writeConfig();
    await fleet.approve();
    trace = await strike(fleet, { command: ["resume"], kill: null });
  }, HOUR);
  afterAll(() => fleet.destroy());

  it(
    "kill -9 of the runner at points spread over all statements of a tenant's migration",
    () => {
      const queries = trace.points.filter(({ at }) => at.startsWith("query")).map(({ at }) => at);
      return faults("kill -9 of the runner, within a tenant", (book) => killAt(fleet, book, spread(queries, 40)));
    },
    HOUR,
  );

  it(
    "kill -9 of the runner before and after every step from the decision on",
    () => {
      const within = trace.points.filter(({ at, name }) => at.startsWith("step") && name === "Migrate");
      const points = new Set([...firstOfEach(trace), ...spread(within, 14).map(({ at }) => at)]);
      return faults("kill -9 of the runner, around a step of the rollout", (book) => killAt(fleet, book, [...points]));
    },
    HOUR,
  );

  it(
    "kill -9 of the runner before and after every step of a rollback, and within its tenants",
    async () => {
      await fleet.restore();
      await fleet.command(["resume"]);
      const back = await strike(fleet, { command: ["rollback", "--yes"], kill: null });
      const queries = back.points.filter(({ at }) => at.startsWith("query")).map(({ at }) => at);
      const points = [...firstOfEach(back), ...spread(queries, 10)];
      await faults("kill -9 of the runner, in a rollback", (book) => killInRollback(fleet, book, points));
    },
    HOUR,
  );

  it(
    "kill -9 of the runner before and after every step that writes down a failure",
    async () => {
      await fleet.restore();
      const giveBack = fleet.hideArtifact(NEEDED);
      const points = firstOfEach(await strike(fleet, { command: ["resume"], kill: null }), "RecordFailure");
      giveBack();
      await faults("kill -9 of the runner, around a failure", (book) => killInFailure(fleet, book, points));
    },
    HOUR,
  );

  it(
    "a server whose backend is killed",
    () => faults("kill -9 of a server process", (book) => strikeServer(fleet, book, crash, 12)),
    HOUR,
  );

  it(
    "a server that is restarted",
    () => faults("server restart", (book) => strikeServer(fleet, book, restart, 8)),
    HOUR,
  );

  it(
    "kill -9 of the runner before and after every step up to the question",
    async () => {
      await fleet.clear();
      const gates = await strike(fleet, { command: ["run", "--no-wait"], kill: null });
      const points = firstOfEach(gates);
      await faults("kill -9 of the runner, around a gate", (book) => killInGates(fleet, book, points));
    },
    HOUR,
  );
});

describe("thirty-three tenants that are struck one by one", () => {
  let fleet: FaultFleet;

  beforeAll(async () => {
    fleet = await FaultFleet.create(33);
    fleet.writeConfig();
    await fleet.approve();
  }, HOUR);
  afterAll(() => fleet.destroy());

  it(
    "connections cut once, at every kind of message",
    () => faults("connection cut once", (book) => times(6, (round) => cutConnections(fleet, book, 1, round * 7))),
    HOUR,
  );
  it(
    "connections cut at every attempt",
    () =>
      faults("connection cut at every attempt", (book) =>
        times(4, (round) => cutConnections(fleet, book, 99, round * 7)),
      ),
    HOUR,
  );
  it("locks held by others", () => faults("lock held", (book) => times(3, () => holdLocks(fleet, book))), HOUR);
  it("deadlocks", () => faults("deadlock", (book) => times(3, () => deadlock(fleet, book))), HOUR);
  it("drift after the approval", () => faults("drift", (book) => times(3, () => drift(fleet, book))), HOUR);
  it("tenants dropped", () => faults("tenant dropped", (book) => times(2, () => dropped(fleet, book))), HOUR);
  it.skipIf(!canMount())("a full disk", () => faults("disk full", (book) => fullDisk(fleet, book, 3)), HOUR);
  it("a clock that jumps", () => faults("clock jump", (book) => times(4, () => clockJump(fleet, book))), HOUR);
  it("two runs at once", () => faults("two runs at once", (book) => twoRuns(fleet, book, 3)), HOUR);
  it(
    "a rollout during a rollback",
    () => faults("rollout during a rollback", (book) => rolloutDuringRollback(fleet, book, 3)),
    HOUR,
  );
  it("tenants that join late", () => faults("tenant added", (book) => times(2, () => joined(fleet, book))), HOUR);
});

describe("thirty tenants with a replica each", () => {
  let replicated: ReplicatedFleet;

  beforeAll(async () => {
    replicated = await replicatedFleet(30);
  }, HOUR);
  afterAll(() => replicated.destroy());

  it("replicas that lag", () => faults("replica lag", (book) => times(2, () => replicaLag(replicated, book))), HOUR);
});
