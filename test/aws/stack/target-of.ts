import { ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientSettings } from "../../../lib/adapters/aws/clients.js";
import type { Target } from "./target.js";

const LINK_SECRET = /^Schema Gate: signs/;

/** The deployed stack, of its outputs and what they do not tell. */
export async function targetOf(
  outputs: Readonly<Record<string, string>>,
  where: Pick<Target, "name" | "endpoint" | "region" | "functionsAreProcesses" | "packKey">,
): Promise<Target> {
  const output = (name: string): string => {
    const value = outputs[name];
    if (value === undefined) throw new Error(`the stack has no output ${name}`);
    return value;
  };
  return {
    ...where,
    stateMachine: output("StateMachineArn"),
    bucket: output("BucketName"),
    reviewUrl: output("ReviewUrl").replace(/\/$/, ""),
    slackUrl: outputs.SlackUrl ?? null,
    topic: output("TopicArn"),
    linkSecret: await linkSecret(),
  };
}

async function linkSecret(): Promise<string> {
  const client = new SecretsManagerClient(clientSettings(process.env));
  const { SecretList: secrets = [] } = await client.send(
    new ListSecretsCommand({ Filters: [{ Key: "name", Values: ["SchemaGate"] }], MaxResults: 100 }),
  );
  const arn = secrets.find((secret) => LINK_SECRET.test(secret.Description ?? ""))?.ARN;
  if (arn === undefined) throw new Error("the stack has no secret that signs links");
  return arn;
}
