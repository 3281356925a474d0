import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UsageError } from "../../../api/usage-error.js";
import type { LintConfig } from "../../../core/lint/lint-config.js";
import type { Rule } from "../../../core/lint/rules/rule.js";
import type { Io } from "../../io.js";

export interface LintSettings {
  readonly config: LintConfig | null;
  readonly customRules: readonly Rule[];
}

/** The `lint` section of the config, if there is a config. Parsers are loaded only then. Throws `UsageError`. */
export async function readLintConfig(io: Io, path: string, custom = true): Promise<LintSettings> {
  const file = resolve(io.cwd, path);
  if (!existsSync(file)) {
    if (path !== "schema-gate.yaml") throw new UsageError(`There is no config ${path}.`, "schema-gate init");
    return { config: null, customRules: [] };
  }
  const [{ parse }, { lintConfigSchema }, { CustomRuleError, loadCustomRules }] = await Promise.all([
    import("yaml"),
    import("../../../core/lint/lint-config.js"),
    import("../../../adapters/local/custom-rules.js"),
  ]);
  const section = (parse(readFileSync(file, "utf8")) as { lint?: unknown } | null)?.lint ?? {};
  const result = lintConfigSchema.safeParse(section);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new UsageError(`${path}: lint.${issue?.path.join(".") ?? ""} ${issue?.message ?? "is wrong"}.`);
  }
  try {
    return { config: result.data, customRules: custom ? await loadCustomRules(result.data.rules, dirname(file)) : [] };
  } catch (error) {
    if (error instanceof CustomRuleError) throw new UsageError(`${error.message}.`);
    throw error;
  }
}
