import { probe } from "../lib/steps/probe.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(probe);
