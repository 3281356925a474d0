import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Account, account } from "../../support/faults/account.js";
import { cutConnections } from "../../support/faults/cut-connections.js";
import { FaultFleet } from "../../support/faults/fault-fleet.js";
import { killAt } from "../../support/faults/kill-runner.js";
import { crash, strikeServer } from "../../support/faults/strike-server.js";
import { drift } from "../../support/faults/strike-tenants.js";

/** The harness of test/bench/reliability.test.ts on few tenants: seconds in place of an hour. */
describe("a rollout that is struck", () => {
  let fleet: FaultFleet;

  beforeAll(async () => {
    fleet = await FaultFleet.create(11);
    fleet.writeConfig();
    await fleet.approve();
  });
  afterAll(() => fleet.destroy());

  const nothingWrong = { wrong: [], twice: 0, lost: 0, unaudited: 0 };
  const faults: Readonly<Record<string, (book: Account) => Promise<void>>> = {
    "runner killed within its tenants": (book) => killAt(fleet, book, ["query 150 after"]),
    "connections cut": (book) => cutConnections(fleet, book, 1),
    "server process killed": (book) => strikeServer(fleet, book, crash, 1),
    "drift after the approval": (book) => drift(fleet, book),
  };

  it.each(Object.keys(faults))("%s: every tenant gets the release once, and the run knows", async (kind) => {
    const book = account(kind);
    await faults[kind]?.(book);
    expect(book).toMatchObject(nothingWrong);
    expect(book.injected).toBeGreaterThan(0);
  });
});
