import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "package-"));

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}
let packed: Packed;

/** The package as `npm pack` makes it, installed elsewhere with what it declares: a package that is used and not declared is missing there. */
beforeAll(() => {
  const packing = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", root], {
    cwd: repository,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  [packed] = JSON.parse(packing) as [Packed];
  writeFileSync(join(root, "package.json"), '{ "type": "module" }');
  const wanted = [`./${packed.filename}`, `@types/node@${version("@types/node")}`];
  execFileSync("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...wanted], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
  });
}, 300_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const schemaGate = (...argv: string[]) => schemaGateIn({}, ...argv);
const schemaGateIn = (environment: Readonly<Record<string, string>>, ...argv: string[]) =>
  spawnSync("npx", ["schema-gate", ...argv], { cwd: root, encoding: "utf8", env: { ...process.env, ...environment } });

/** The version of a package that this repository uses. */
function version(name: string): string {
  return (
    JSON.parse(readFileSync(join(repository, "node_modules", name, "package.json"), "utf8")) as { version: string }
  ).version;
}

describe("the package", () => {
  it("holds what it needs and nothing of its making", () => {
    const paths = packed.files.map((file) => file.path);
    for (const path of ["LICENSE", "package.json", "state-machines/safety-gate.asl.json", "dist/bin/schema-gate.js"])
      expect(paths).toContain(path);
    const strange = paths.filter(
      (path) => !/^(dist|docs|examples|schemas|skills|state-machines)\/|^[A-Z]+(\.md)?$|^package\.json$/.test(path),
    );
    expect(strange).toEqual([]);
    const ours = paths.filter((path) => !path.startsWith("examples/"));
    expect(
      ours.filter((path) =>
        /\.map$|tsbuildinfo|(^|\/)test\/|\.test\.|[^d]\.ts$|screenshots|^dist\/(functions|lib\/cli)\//.test(
          path.replace(/\.d\.ts$/, ""),
        ),
      ),
    ).toEqual([]);
    const size = (files: Packed["files"]) => files.reduce((sum, file) => sum + file.size, 0);
    const lambda = packed.files.filter((file) => file.path.startsWith("dist/lambda/"));
    // The functions' bundle is there when it was built, as it is for what is published.
    expect(size(packed.files) - size(lambda)).toBeLessThan(5_500_000);
    expect(size(lambda)).toBeLessThan(8_000_000);
  });

  it("answers from elsewhere", () => {
    expect(schemaGate("--version")).toMatchObject({ status: 0, stdout: "0.1.0\n" });
    writeFileSync(join(root, "1_a.sql"), "CREATE TABLE t (id bigint PRIMARY KEY);\n");
    expect(schemaGate("lint", "1_a.sql")).toMatchObject({ status: 0 });
    expect(schemaGate("report", "nothing")).toMatchObject({ status: 2 });
  });

  it("says which packages of the AWS SDK are missing, which only --aws needs", () => {
    const env = {
      ...process.env,
      SCHEMA_GATE_BUCKET: "gate",
      SCHEMA_GATE_STATE_MACHINE: "arn:aws:states:::stateMachine:gate",
    };
    const said = spawnSync("npx", ["schema-gate", "run", "--aws"], { cwd: root, encoding: "utf8", env });
    expect(said.status).toBe(2);
    expect(said.stderr).toContain("--aws needs @aws-sdk/client-");
    expect(said.stderr).toContain("which is not installed");
    expect(said.stderr).toContain("npm install @aws-sdk/client-kms @aws-sdk/client-s3 @aws-sdk/client-sfn");
    expect(said.stderr).not.toMatch(/\n\s+at /);
  });

  it("runs the demo from elsewhere, its record is whole, and it says what OpenTelemetry would need", () => {
    const demo = schemaGateIn({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" }, "demo", "--tenants", "3");
    expect(demo).toMatchObject({ status: 0 });
    expect(demo.stderr).toContain(
      "OpenTelemetry gets nothing: its packages are not installed. Next: npm install @opentelemetry/api @opentelemetry/",
    );
    const run = execFileSync("ls", [join(root, ".schema-gate", "runs")], { encoding: "utf8" }).trim();
    expect(schemaGate("audit", "verify", run)).toMatchObject({
      status: 0,
    });
  });

  it("can be imported, with types", () => {
    const text = [
      'import { type Evidence, readEvidence, reportPage, verifyRun, readRunRecord } from "schema-gate";',
      "export function page(text: string): string {",
      "  const evidence: Evidence = readEvidence(text);",
      "  return reportPage(evidence);",
      "}",
      'const record = await readRunRecord(".");',
      "console.log(verifyRun(record).findings[0]?.code);",
    ];
    writeFileSync(join(root, "use.ts"), text.join("\n"));
    const options = "--module nodenext --target es2023 --strict --outDir out --types node --ignoreConfig";
    const tsc = join(repository, "node_modules", "typescript", "bin", "tsc");
    const compiled = spawnSync(process.execPath, [tsc, ...options.split(" "), "use.ts"], {
      cwd: root,
      encoding: "utf8",
    });
    expect(compiled.stdout).toBe("");
    expect(spawnSync(process.execPath, ["out/use.js"], { cwd: root, encoding: "utf8" })).toMatchObject({
      stdout: "audit.file-missing\n",
      stderr: "",
    });
  });
});
