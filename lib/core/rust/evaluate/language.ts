import { callClosure } from "./calls.js";
import { evaluateExpression } from "./expressions.js";
import type { Language } from "./machine.js";

export const RUST: Language = { evaluate: evaluateExpression, callClosure };
