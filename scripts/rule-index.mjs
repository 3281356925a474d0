// Writes lib/core/lint/rules/index.ts from the files of the folder.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../lib/core/lint/rules/", import.meta.url));

export function writeRuleIndex() {
  const rules = readdirSync(folder)
    .filter((name) => /^sg\d{3}-.*\.ts$/.test(name))
    .sort()
    .map((name) => {
      const exported = /^export const (\w+): Rule\b/m.exec(readFileSync(folder + name, "utf8"))?.[1];
      if (!exported) throw new Error(`${name} exports no rule`);
      return { exported, module: `./${name.replace(/\.ts$/, ".js")}` };
    });
  const imports = rules.map(({ exported, module }) => `import { ${exported} } from "${module}";`);
  const list = rules.map(({ exported }) => `  ${exported},`);
  writeFileSync(
    `${folder}index.ts`,
    `import type { Rule } from "./rule.js";
${imports.join("\n")}

/** Every built-in rule, by id. Written by scripts/rule-index.mjs. */
export const RULES: readonly Rule[] = [
${list.join("\n")}
];
`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeRuleIndex();
