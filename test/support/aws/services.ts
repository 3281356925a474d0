import { onTestFinished } from "vitest";
import { clientSettings } from "../../../lib/adapters/aws/clients.js";
import { type Authenticator, kmsMac } from "../../../lib/adapters/aws/kms-mac.js";
import { openStore, type S3Store } from "../../../lib/adapters/aws/s3-store.js";
import { SimulatedAws } from "./simulated-aws.js";

// The SDK looks for credentials in the process's own environment; nothing here reaches AWS.
process.env.AWS_ACCESS_KEY_ID = "simulated";
process.env.AWS_SECRET_ACCESS_KEY = "simulated";
process.env.AWS_REGION = "eu-central-1";

/** Simulated services and the store of their bucket, for one test. */
export async function simulatedStore(): Promise<{ aws: SimulatedAws; store: S3Store; authenticator: Authenticator }> {
  const aws = await SimulatedAws.start();
  onTestFinished(() => aws.close());
  const settings = clientSettings(aws.variables());
  return { aws, store: openStore("gate", settings), authenticator: kmsMac("alias/approvals", settings) };
}
