import { execFileSync } from "node:child_process";
import type { TestProject } from "vitest/node";
import { newPackKey } from "../support/aws/pack-key.js";
import { deploy } from "./stack/deploy.js";
import type { Deployment } from "./stack/target.js";
import { targetOf } from "./stack/target-of.js";

/** Each names what must be said before anything is made in an account of somebody. */
const WANTED = ["AWS_PROFILE", "AWS_REGION", "SCHEMA_GATE_ACCOUNT", "SCHEMA_GATE_ACCOUNT_SERVER"] as const;

/** Deploys the stack to the account that SCHEMA_GATE_ACCOUNT names, with the credentials of AWS_PROFILE; off unless all is said. */
export default async function setup(project: TestProject): Promise<void> {
  const missing = WANTED.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    const reason = `an account is used only when it is asked for: ${missing.join(", ")} not set`;
    process.stdout.write(`skipped: ${reason}\n`);
    project.provide("deployment", { deployed: false, reason } satisfies Deployment);
    return;
  }
  const { AWS_REGION: region = "", SCHEMA_GATE_ACCOUNT: account = "" } = process.env;
  for (const script of ["build.mjs", "bundle-lambda.mjs"])
    execFileSync(process.execPath, [`scripts/${script}`], { stdio: ["ignore", "ignore", "inherit"] });
  const packKey = newPackKey();
  const outputs = await deploy({ environment: `${account}/${region}`, variables: process.env, packKey, context: [] });
  const name = `the account ${account}`;
  const where = { name, endpoint: null, region, functionsAreProcesses: false, packKey: packKey.privateKey };
  project.provide("deployment", { deployed: true, target: await targetOf(outputs, where) });
}
