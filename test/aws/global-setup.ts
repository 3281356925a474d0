import { execFileSync } from "node:child_process";
import type { TestProject } from "vitest/node";
import { newPackKey } from "../support/aws/pack-key.js";
import { NoEmulator } from "./emulator/emulator.js";
import { startEmulator } from "./emulator/start-emulator.js";
import { deploy, SLACK_SECRET } from "./stack/deploy.js";
import type { Deployment } from "./stack/target.js";
import { targetOf } from "./stack/target-of.js";

const REGION = "us-east-1";

/** Builds, starts an emulator where one can be had, and deploys the stack there. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { deployment, stop } = await prepared();
  project.provide("deployment", deployment);
  return stop;
}

async function prepared(): Promise<{ deployment: Deployment; stop: () => Promise<void> }> {
  let emulator: Awaited<ReturnType<typeof startEmulator>>;
  try {
    emulator = await startEmulator();
  } catch (error) {
    if (!(error instanceof NoEmulator)) throw error;
    process.stdout.write(`skipped: ${error.message}\n`);
    return { deployment: { deployed: false, reason: error.message }, stop: async () => {} };
  }
  try {
    for (const script of ["build.mjs", "bundle-lambda.mjs"])
      execFileSync(process.execPath, [`scripts/${script}`], { stdio: ["ignore", "ignore", "inherit"] });
    // Also for the SDK's clients in the tests, which are started after this.
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
    });
    const packKey = newPackKey();
    const outputs = await deploy({
      packKey,
      environment: `000000000000/${REGION}`,
      variables: process.env,
      context: [...emulator.context, `slackSecret=${SLACK_SECRET}`],
    });
    const { name, endpoint, functionsAreProcesses } = emulator;
    const where = { name, endpoint, functionsAreProcesses, region: REGION, packKey: packKey.privateKey };
    const target = await targetOf(outputs, where);
    return { deployment: { deployed: true, target }, stop: emulator.stop };
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}
