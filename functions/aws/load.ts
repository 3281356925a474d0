import { systemClock } from "../../lib/adapters/local/system-clock.js";
import { handler as load } from "../load.js";
import { acceptRun } from "./accept-run.js";
import { onLambda } from "./lambda.js";

export const handler = onLambda("load", load, {
  before: ({ store }, event) => acceptRun(store, event, systemClock.now()),
});
