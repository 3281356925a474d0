// Goes on with a run of the folder it is started in, in a process that strikes itself: kill -9 at a chosen point, or a clock
// that jumps with every statement. argv: { run, kill: "step 12 before" | "query 87 after" | null, jump: boolean, journal }.
import { appendFileSync } from "node:fs";
import pg from "pg";
import { HANDLERS } from "../../../dist/functions/index.js";
import { processIo } from "../../../dist/lib/cli/io.js";
import { main } from "../../../dist/lib/cli/main.js";

const { command, kill, jump, journal } = JSON.parse(process.argv[2] ?? "{}");
const count = { step: 0, query: 0 };

/** One more point of a kind, seen from before or after it. */
function reached(kind, number, side, name) {
  appendFileSync(journal, `${kind} ${number} ${side} ${name}\n`);
  if (kill === `${kind} ${number} ${side}`) process.kill(process.pid, "SIGKILL");
}

/** One handler counts the answers of several states. */
function stateOf(handlerName, { phase, scope }) {
  return handlerName === "Tally" ? `Tally of ${phase}, ${scope === "fleet" ? "fleet" : "host"}` : handlerName;
}

for (const [handlerName, handler] of Object.entries(HANDLERS)) {
  HANDLERS[handlerName] = async (event) => {
    count.step += 1;
    const number = count.step;
    const name = stateOf(handlerName, event);
    reached("step", number, "before", name);
    const output = await handler(event);
    reached("step", number, "after", name);
    return output;
  };
}

const query = pg.Client.prototype.query;
const writers = new WeakSet();
pg.Client.prototype.query = async function (...args) {
  const text = typeof args[0] === "string" ? args[0] : "";
  if (jump) leap();
  // Only a session that may write sets this.
  if (text.includes("client_connection_check_interval")) {
    writers.add(this);
    appendFileSync(journal, `open ${this.database}\n`);
  }
  if (!writers.has(this)) return query.apply(this, args);
  count.query += 1;
  const number = count.query;
  const name = text.trim().slice(0, 40).replaceAll(/\s+/g, " ");
  reached("query", number, "before", name);
  const result = await query.apply(this, args);
  reached("query", number, "after", name);
  return result;
};

const end = pg.Client.prototype.end;
pg.Client.prototype.end = function (...args) {
  if (writers.has(this)) appendFileSync(journal, `close ${this.database}\n`);
  return end.apply(this, args);
};

const now = Date.now;
let offset = 0;
/** Hours forwards, then further back. */
function leap() {
  offset = offset > 0 ? -7 * 3_600_000 : 5 * 3_600_000;
}
Date.now = () => now() + offset;

const code = await main(processIo(), command);
// As the command line itself: a state machine that was left where it is keeps its timers.
process.exit(code);
