import { recordFailure } from "../lib/steps/record-failure.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(recordFailure);
