import { rollBack } from "../lib/steps/roll-back.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(rollBack);
