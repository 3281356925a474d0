import { afterAll, beforeAll, expect, it } from "vitest";
import { FaultFleet } from "../../support/faults/fault-fleet.js";

const LOCK_TIMEOUT_MS = 300;
/** Scheduling of the test's own process; the statements of the release take a few milliseconds. */
const OWN_TIME_MS = 400;

let fleet: FaultFleet;

beforeAll(async () => {
  fleet = await FaultFleet.create(2);
  fleet.writeConfig();
  await fleet.approve();
});
afterAll(() => fleet.destroy());

it("a reader waits less than lock_timeout and the statement's own time, also while a long read blocks the release", async () => {
  const reader = await fleet.open("t000");
  const long = await fleet.open("t000");
  // The release queues behind this read, and every other reader behind the release.
  await long.query("begin; lock table app.items in access share mode");
  let over = false;
  let longest = 0;
  const reading = (async () => {
    while (!over) {
      const started = performance.now();
      await reader.query("select count(*) from app.items");
      longest = Math.max(longest, performance.now() - started);
    }
  })();
  const end = await fleet.command(["resume"]);
  await long.query("rollback");
  expect(fleet.progress("t000")).toMatchObject({ status: "failed", lockTimeout: true });
  const again = await fleet.command(["resume"]);
  over = true;
  await reading;
  await reader.end();
  await long.end();
  expect([end.code, again.code]).toEqual([1, 0]);
  const statements = fleet.proofs().flatMap(({ proof }) => proof.statements.map(({ ms }) => ms));
  const own = statements.reduce((sum, ms) => sum + ms, 0);
  console.log(
    `longest wait of a reader ${longest.toFixed(0)} ms; lock_timeout ${LOCK_TIMEOUT_MS} ms + the release's statements ${own.toFixed(0)} ms`,
  );
  expect(longest).toBeGreaterThan(LOCK_TIMEOUT_MS / 2);
  expect(longest).toBeLessThan(LOCK_TIMEOUT_MS + OWN_TIME_MS);
});
