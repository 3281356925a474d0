import { load } from "../lib/steps/load.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(load);
