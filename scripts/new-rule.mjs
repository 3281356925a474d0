// Begins a rule: node scripts/new-rule.mjs SG108 drop-view "A view is dropped"
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeRuleIndex } from "./rule-index.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [id = "", slug = "", title = ""] = process.argv.slice(2);
if (!/^SG\d{3}$/.test(id) || !/^[a-z]+(-[a-z]+)*$/.test(slug) || title === "") {
  process.stderr.write('usage: npm run new-rule -- SG108 drop-view "A view is dropped"\n');
  process.exit(2);
}
const path = `${root}lib/core/lint/rules/${id.toLowerCase()}-${slug}.ts`;
const examples = `${root}test/core/rules/examples/${id}`;
if (existsSync(path) || existsSync(examples)) {
  process.stderr.write(`${id} is taken\n`);
  process.exit(1);
}
const name = slug.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
writeFileSync(
  path,
  `import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const ${name}: Rule = {
  id: "${id}",
  slug: "${slug}",
  title: "${title}",
  condition: "When it fires.",
  effect: "What happens then.",
  workaround: "What to write instead.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["AlterTableStmt"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_DropColumn")) {
      if (known.isNew(table, statement)) continue;
      yield {
        statement,
        subject: { kind: "column", name: \`\${tableName(table)}.\${command.name}\` },
        table,
        message: "Names the object and the reason.",
        remedy: { text: "What to do instead." },
      };
    }
  },
};
`,
);
mkdirSync(examples, { recursive: true });
for (const file of ["before", "bad", "good"]) writeFileSync(`${examples}/${file}.sql`, "");
writeRuleIndex();
process.stdout.write(`Wrote ${path}
Fill in the rule and the files in ${examples}, then:
  npx vitest run test/core/rules -u && npm run build && node scripts/rule-docs.mjs
`);
