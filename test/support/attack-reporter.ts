import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Reporter, TestModule, Vitest } from "vitest/node";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { ATTACK_FILES, type Outcome, readTable, rowsOf, tableOf, withRun } from "./attack-table.js";

export const BEGIN = "<!-- made by test/support/attack-reporter.ts; SCHEMA_GATE_WRITE=1 writes it again -->\n";
export const END = "\n<!-- end -->";

/**
 * Holds the table of docs/security.md to what came of the attacks in this run, and with `SCHEMA_GATE_WRITE=1` writes it. A run of
 * some tests by their names says nothing.
 */
export default class AttackReporter implements Reporter {
  private filtered = false;

  onInit(vitest: Vitest): void {
    this.filtered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const found = this.filtered ? [] : modules.flatMap(outcomesOf);
    if (found.length === 0) return;
    const path = join(packageRoot(), "docs", "security.md");
    const page = readFileSync(path, "utf8");
    const [before = "", rest = ""] = page.split(BEGIN);
    const [table = "", after = ""] = rest.split(END);
    const wanted = `${before}${BEGIN}${tableOf(withRun(readTable(table), rowsOf(found)))}${END}${after}`;
    if (process.env.SCHEMA_GATE_WRITE === "1") writeFileSync(path, wanted);
    else if (wanted !== page) {
      process.exitCode = 1;
      process.stderr.write(
        "docs/security.md says another thing of the attacks than this run; run the files again with SCHEMA_GATE_WRITE=1\n",
      );
    }
  }
}

function outcomesOf(module: TestModule): readonly Outcome[] {
  const file = relative(packageRoot(), module.moduleId);
  if (!ATTACK_FILES.has(file)) return [];
  return [...module.children.allTests()]
    .map((test) => ({ file, name: test.fullName, state: test.result().state }))
    .filter(({ state }) => state === "passed" || state === "failed")
    .map(({ state, ...each }) => ({ ...each, passed: state === "passed" }));
}
