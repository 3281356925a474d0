import { STATES } from "../lib/steps/states/index.js";
import { type Handler, handlerOf } from "./runtime.js";

/** Every handler by the name that the state machine calls it. */
export const HANDLERS: Readonly<Record<string, Handler>> = Object.fromEntries(
  Object.entries(STATES).map(([name, step]) => [name, handlerOf(step)]),
);
