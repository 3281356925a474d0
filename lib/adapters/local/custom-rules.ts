import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { RULES } from "../../core/lint/rules/index.js";
import type { Rule } from "../../core/lint/rules/rule.js";
import { stripTypes } from "./strip-types.js";

/** A module of rules that cannot be used. The message says which and why. */
export class CustomRuleError extends Error {
  override readonly name = "CustomRuleError";
}

/** A team's own rules: each module, in TypeScript or JavaScript, exports `rules` (or one rule as default). Throws `CustomRuleError`. */
export async function loadCustomRules(paths: readonly string[], base: string): Promise<readonly Rule[]> {
  const taken = new Set(RULES.map((rule) => rule.id));
  const found: Rule[] = [];
  for (const path of paths) {
    if (/\.m?ts$/.test(path)) stripTypes();
    const module = await import(pathToFileURL(resolve(base, path)).href).catch((error: Error) => {
      throw new CustomRuleError(`The rules of ${path} cannot be loaded: ${error.message}`);
    });
    for (const rule of rulesOf(module, path)) {
      if (taken.has(rule.id)) throw new CustomRuleError(`${path}: the id ${rule.id} is taken; choose one of your own`);
      taken.add(rule.id);
      found.push(rule);
    }
  }
  return found;
}

function rulesOf(module: { rules?: unknown; default?: unknown }, path: string): Rule[] {
  const listed = Array.isArray(module.rules) ? module.rules : module.default === undefined ? [] : [module.default];
  if (listed.length === 0) throw new CustomRuleError(`${path} exports neither \`rules\` nor a default rule`);
  return listed.map((rule) => {
    if (!isRule(rule))
      throw new CustomRuleError(`${path}: a rule lacks one of id, slug, title, severity, versions, nodes, check`);
    return rule;
  });
}

function isRule(value: unknown): value is Rule {
  const rule = value as Partial<Rule> | null;
  return (
    typeof rule === "object" &&
    typeof rule?.id === "string" &&
    typeof rule.slug === "string" &&
    typeof rule.title === "string" &&
    (typeof rule.check === "function" || typeof rule.finish === "function") &&
    Array.isArray(rule.nodes) &&
    typeof rule.versions?.from === "number" &&
    (typeof rule.versions.to === "number" || rule.versions.to === null) &&
    ["note", "warning", "error"].includes(rule.severity ?? "")
  );
}
