import { report } from "../lib/steps/report.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(report);
