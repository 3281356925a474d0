import type { RuleText } from "../render/sarif.js";
import { RULES } from "./rules/index.js";
import type { Rule } from "./rules/rule.js";

/** What reports show for each rule. */
export function ruleTexts(customRules: readonly Rule[] = []): ReadonlyMap<string, RuleText> {
  return new Map(
    [...RULES, ...customRules].map((rule) => [
      rule.id,
      { slug: rule.slug, title: rule.title, description: `${rule.condition} ${rule.effect} ${rule.workaround}` },
    ]),
  );
}
