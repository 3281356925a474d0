import type { Rule } from "../core/lint/rules/rule.js";

/** The rules of one's own that the config names. Throws when one cannot be loaded, with the reason. */
export type LoadLintRules = () => Promise<readonly Rule[]>;
