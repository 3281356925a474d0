import { lint } from "../lib/steps/lint.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(lint);
