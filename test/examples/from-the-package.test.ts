import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";

const root = mkdtempSync(join(tmpdir(), "examples-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let tarball: string;
beforeAll(() => {
  const bundled = existsSync(join(packageRoot(), "dist", "lambda", "load.mjs"));
  if (!bundled) execFileSync(process.execPath, ["scripts/bundle-lambda.mjs"], { cwd: packageRoot() });
  const packing = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", root], {
    cwd: packageRoot(),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [packed] = JSON.parse(packing) as [{ filename: string }];
  tarball = join(root, packed.filename);
}, 300_000);

/** The commands that an example's page shows. */
function commandsOf(example: string): readonly string[] {
  const page = readFileSync(join(packageRoot(), "examples", example, "README.md"), "utf8");
  return page
    .split("\n")
    .filter((line) => line.startsWith("    np"))
    .map((line) => line.replace(/#.*$/, "").trim());
}

const manifest = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
};
const newest = manifest.devDependencies["aws-cdk-lib"] ?? "";
const oldest = (manifest.peerDependencies["aws-cdk-lib"] ?? "").replace("^", "");

describe.each([
  ["cdk", "TenantsGate", newest],
  ["codepipeline", "TenantsPipeline", newest],
  ["cdk", "TenantsGate", oldest],
])("examples/%s, copied into an empty folder", (example, stack, library) => {
  /** As the page says, but for the package, which is the one just packed, and for AWS, which this machine has no account of. */
  const here = (command: string) =>
    command
      .replace(/schema-gate@[\d.]+/, tarball)
      .replace(/aws-cdk-lib@[\d.]+/, `aws-cdk-lib@${library}`)
      .replace("cdk deploy", "cdk synth --quiet");

  it(`makes ${stack} with the package as it is released, and aws-cdk-lib ${library}`, () => {
    const folder = mkdtempSync(join(root, "example-"));
    for (const file of ["app.ts", example === "cdk" ? "gate-stack.ts" : "pipeline-stack.ts"])
      cpSync(join(packageRoot(), "examples", example, file), join(folder, file));
    const [bootstrap, ...others] = commandsOf(example).filter((command) => command.startsWith("npx"));
    expect(bootstrap).toBe("npx cdk bootstrap");
    for (const command of [...commandsOf(example).filter((each) => each.startsWith("npm")), ...others]) {
      const { PATH, HOME } = process.env;
      const env = { PATH, HOME, CI: "true", npm_config_prefer_offline: "true", npm_config_audit: "false" };
      const ended = spawnSync("bash", ["-ec", here(command)], { cwd: folder, encoding: "utf8", env });
      expect(ended.status, `${command}\n${ended.stdout}${ended.stderr}`).toBe(0);
    }
    const template = readFileSync(join(folder, "cdk.out", `${stack}.template.json`), "utf8");
    expect(template).toContain("AWS::StepFunctions::StateMachine");
    const packing = template.match(/npm install --no-save schema-gate@[\d.]+/g) ?? [];
    expect(packing).toEqual(example === "cdk" ? [] : [`npm install --no-save schema-gate@${manifest.version}`]);
  }, 600_000);
});
