import { type Account, examine, examineEnd } from "./account.js";
import type { FaultFleet } from "./fault-fleet.js";
import { strike } from "./kill-runner.js";

/** The runner's clock jumps by hours, forwards and back, at every statement of every tenant. Nothing is repaired afterwards. */
export async function clockJump(fleet: FaultFleet, book: Account): Promise<void> {
  await fleet.restore();
  await strike(fleet, { command: ["resume"], kill: null, jump: true });
  await examine(fleet, book, fleet.tenants);
  await examineEnd(fleet, book);
  if (fleet.outcome() !== "passed") book.wrong.push(`the run ended as ${fleet.outcome()}`);
}
