import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";

const root = packageRoot();
const copy = mkdtempSync(join(tmpdir(), "schema-gate-new-"));

beforeAll(() => {
  for (const each of [
    ".gitignore",
    "scripts",
    "package.json",
    "biome.json",
    "lib/core/probes",
    "lib/core/operations",
    "lib/steps/states",
    "lib/core/rewrite/kinds",
    "lib/infra/state-files.ts",
    "docs/probes.md",
    "test/steps/proof/probes.test.ts",
    "test/support/operation-cases.ts",
  ]) {
    mkdirSync(join(copy, each, ".."), { recursive: true });
    cpSync(join(root, each), join(copy, each), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

it.each([
  ["new-operation", "set-example", "lib/core/operations/kinds", "setExample", ["test/support/operation-cases.ts"]],
  [
    "new-probe",
    "example-rows",
    "lib/core/probes",
    "exampleRows",
    ["test/steps/proof/probes.test.ts", "docs/probes.md"],
  ],
  ["new-rewrite", "set-logged", "lib/core/rewrite/kinds", "setLogged", []],
  [
    "new-state",
    "example-state",
    "lib/steps/states",
    "exampleState",
    ["lib/infra/state-files.ts", "test/steps/example-state.test.ts"],
  ],
])("%s writes a file that its registry imports and lists", (script, name, folder, symbol, more) => {
  execFileSync(process.execPath, [join(copy, "scripts", `${script}.mjs`), name], { cwd: copy });
  expect(readFileSync(join(copy, folder, `${name}.ts`), "utf8")).toContain(`export const ${symbol}`);
  const index = readFileSync(join(copy, folder, "index.ts"), "utf8");
  expect(index).toMatch(new RegExp(`import \\{[^}]*\\b${symbol}\\b[^}]*\\} from "./${name}.js";`));
  expect(index.split(symbol).length - 1).toBeGreaterThan(1);
  for (const file of more) expect(readFileSync(join(copy, file), "utf8"), file).toContain(name);
});
