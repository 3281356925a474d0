import { tallyStaging } from "../lib/steps/staging/tally-staging.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(tallyStaging);
