import { dryRun } from "../lib/steps/dry-run.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(dryRun);
