// Starts a rule: node scripts/new-rule.mjs SG108 drop-view "A view is dropped"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeRuleIndex } from "./rule-index.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [id = "", slug = "", title = ""] = process.argv.slice(2);
if (!/^SG\d{3}$/.test(id) || !/^[a-z]+(-[a-z]+)*$/.test(slug) || title === "") {
  process.stderr.write('usage: npm run new-rule -- SG108 drop-view "A view is dropped"\n');
  process.exit(2);
}
const path = `lib/core/lint/rules/${id.toLowerCase()}-${slug}.ts`;
const examples = `test/core/rules/examples/${id}`;
if (
  readdirSync(`${root}lib/core/lint/rules`).some((name) => name.startsWith(id.toLowerCase())) ||
  existsSync(root + examples)
) {
  process.stderr.write(
    `${id} is taken; take the number after the last in docs/rules/README.md, since gaps are retired rules\n`,
  );
  process.exit(1);
}
const name = slug.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
writeFileSync(
  root + path,
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
mkdirSync(root + examples, { recursive: true });
for (const file of ["before", "bad", "good"]) writeFileSync(`${root}${examples}/${file}.sql`, "");
writeRuleIndex();
process.stdout.write(`Wrote ${path}, its entry in rules/index.ts, and three empty files in ${examples}. Next:
  1. the rule; the existing schema in before.sql, the hazard in bad.sql, what to write instead in good.sql.
  2. npx vitest run test/core/rules/rules.test.ts -t ${id} -u   (writes finding.txt; "has a page" fails until step 3)
  3. npm run build && node scripts/rule-docs.mjs   (writes the page)
  4. A rule that says the server refuses something: its SQLSTATE in REFUSED of test/core/rules/measured.test.ts.
Then: npx vitest run test/core/rules && npm run typecheck
`);
