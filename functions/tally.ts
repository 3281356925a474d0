import { tally } from "../lib/steps/tally.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(tally);
