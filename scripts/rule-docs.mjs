// Writes docs/rules/*.md from the rules and their files. Needs a build.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { RULES } = await import(`${root}dist/lib/core/lint/rules/index.js`);
const { ruleList, rulePage } = await import(`${root}dist/lib/core/lint/rule-page.js`);

function file(id, name) {
  const path = `${root}test/core/rules/examples/${id}/${name}`;
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

mkdirSync(`${root}docs/rules`, { recursive: true });
for (const rule of RULES) {
  const text = (name) => file(rule.id, name) ?? "";
  const files = {
    before: text("before.sql"),
    bad: text("bad.sql"),
    good: text("good.sql"),
    finding: text("finding.txt"),
    fixed: file(rule.id, "fixed.sql"),
  };
  writeFileSync(`${root}docs/rules/${rule.id}.md`, rulePage(rule, files));
}
writeFileSync(`${root}docs/rules/README.md`, ruleList(RULES));
