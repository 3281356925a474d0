import type { Rule } from "../core/lint/rules/rule.js";

/** The team's own rules that the config names. Throws if one cannot be loaded, with the reason. */
export type LoadLintRules = () => Promise<readonly Rule[]>;
