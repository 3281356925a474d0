import { diverge } from "../lib/steps/diverge.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(diverge);
