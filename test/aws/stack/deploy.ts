import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import type { PackKey } from "../../support/aws/pack-key.js";
import { MEMBER } from "../engines/slack-member.js";

const run = promisify(execFile);
const STACK = "SchemaGate";
/** Secret of Slack, where a stand-in for Slack can be reached. */
export const SLACK_SECRET = "slack-of-the-scenarios";

export interface DeployOptions {
  /** `000000000000/us-east-1`. */
  readonly environment: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** What the stack's signer is known by. */
  readonly packKey: PackKey;
  /** Context of the app, `key=value`, beside what every deployment of the tests has. */
  readonly context: readonly string[];
}

/** Outputs of the stack by their names, after `cdk bootstrap` and `cdk deploy` of `bin/app.ts` as it was built. */
export async function deploy({
  environment,
  variables,
  packKey,
  context: more,
}: DeployOptions): Promise<Readonly<Record<string, string>>> {
  const directory = mkdtempSync(join(tmpdir(), "schema-gate-cdk-"));
  const outputs = join(directory, "outputs.json");
  const key = packKey.publicKey.replaceAll(/-----.*-----|\n/g, "");
  const policy = [`approvers=alex:${MEMBER}`, `signers=release-pipeline:author:${key}`];
  const setting = ["vpc=none", "longTasks=none", "removal=destroy", "secretPrefixes=tenants/", "startOnUpload=true"];
  const context = [...setting, ...policy, ...more].flatMap((pair) => ["--context", pair]);
  const app = ["--app", "node dist/bin/app.js", "--output", join(directory, "cdk.out"), ...context];
  const cdk = (...args: readonly string[]) =>
    run(process.execPath, [join(packageRoot(), "node_modules", "aws-cdk", "bin", "cdk"), ...args], {
      cwd: packageRoot(),
      env: { ...variables, CI: "true", CDK_DISABLE_VERSION_CHECK: "1" },
      timeout: 600_000,
      maxBuffer: 64 * 2 ** 20,
    });
  try {
    await cdk("bootstrap", `aws://${environment}`, ...app);
    await cdk("deploy", STACK, "--require-approval", "never", "--outputs-file", outputs, ...app);
    return (JSON.parse(readFileSync(outputs, "utf8")) as Record<string, Record<string, string>>)[STACK] ?? {};
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(
      `the stack could not be deployed:\n${`${stdout}\n${stderr}`.trim().split("\n").slice(-40).join("\n")}`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
