import { systemClock } from "../../lib/adapters/local/system-clock.js";
import { load } from "../../lib/steps/states/load.js";
import { handlerOf } from "../runtime.js";
import { acceptRun } from "./accept-run.js";
import { onLambda } from "./lambda.js";

export const handler = onLambda("load", handlerOf(load), {
  before: (services, event) => acceptRun(services, event, systemClock.now()),
});
