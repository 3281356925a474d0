import { CfnOutput, RemovalPolicy, type Stack } from "aws-cdk-lib";
import { Vpc } from "aws-cdk-lib/aws-ec2";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { GateApprover, ReleaseSigner } from "./gate-policy.js";
import { SafetyGate } from "./safety-gate.js";
import type { SafetyGateProps } from "./safety-gate-props.js";

const SLACK_MEMBER = /^[UW][A-Z0-9]{2,}$/;

/** A gate whose props come from the app's context, as in `cdk deploy -c vpc=none -c emails=a@example.com,b@example.com`. */
export function gateOfContext(stack: Stack): SafetyGate {
  const text = (key: string): string | undefined => stack.node.tryGetContext(key) as string | undefined;
  const list = (key: string): string[] => (text(key) ?? "").split(",").filter((item) => item !== "");
  const slack = text("slackSecret");
  const gate = new SafetyGate(stack, "Gate", {
    databases: { secretPrefixes: list("secretPrefixes") },
    policy: {
      approvers: list("approvers").map(approver),
      signers: list("signers").map(signer),
      secrets: list("packSecrets").map((name, index) => Secret.fromSecretNameV2(stack, `PackSecret${index}`, name)),
      origins: list("origins"),
      ...(text("registryFile") === undefined ? {} : { registryFile: text("registryFile") as string }),
      ...(text("quorum") === undefined ? {} : { quorum: Number(text("quorum")) }),
    },
    emails: list("emails"),
    ...networkOf(stack, text("vpc"), list("subnets")),
    ...(slack === undefined ? {} : { slackSecret: Secret.fromSecretNameV2(stack, "Slack", slack) }),
    ...(text("longTasks") === "none" ? { longTasks: "none" } : {}),
    ...(text("observability") === "none" ? { observability: "none" } : {}),
    ...(text("recordEnds") === "none" ? { recordEnds: false } : {}),
    ...(text("startOnUpload") === "true" ? { startOnUpload: true } : {}),
    ...(text("removal") === "destroy" ? { removalPolicy: RemovalPolicy.DESTROY } : {}),
  });
  new CfnOutput(stack, "StateMachineArn", { value: gate.stateMachine.stateMachineArn });
  new CfnOutput(stack, "BucketName", { value: gate.bucket.bucketName });
  new CfnOutput(stack, "ReviewUrl", { value: gate.reviewUrl });
  if (slack !== undefined) new CfnOutput(stack, "SlackUrl", { value: gate.slackUrl });
  new CfnOutput(stack, "TopicArn", { value: gate.notifications.topic.topicArn });
  return gate;
}

/** `ada:ada@example.com`, `ada:U024BE7LH` for Slack, both in either order, or `ada` for somebody who is asked by neither. */
function approver(text: string): GateApprover {
  const [id = "", ...addresses] = text.split(":");
  const email = addresses.filter((address) => address.includes("@"));
  const slack = addresses.filter((address) => SLACK_MEMBER.test(address));
  const read = email.length + slack.length === addresses.length && email.length < 2 && slack.length < 2;
  if (id === "" || id.includes("@") || !read)
    throw new Error(`${text} is not an approver: write ID:ADDRESS, ID:SLACK-MEMBER or ID:ADDRESS:SLACK-MEMBER`);
  return { id, ...(email[0] && { email: email[0] }), ...(slack[0] && { slack: slack[0] }) };
}

/** `dana:MCowBQYDK2Vw…`: an id and its public key, the base64 between the lines of its PEM; `pipeline:author:…` names authors. */
function signer(text: string): ReleaseSigner {
  const found = /^([^:]+):(author:)?([A-Za-z0-9+/=]+)$/.exec(text);
  if (found === null) throw new Error(`${text} is not a signer: write ID:KEY, with KEY the base64 of a public key`);
  const [, id = "", author, key = ""] = found;
  const publicKey = `-----BEGIN PUBLIC KEY-----\n${key}\n-----END PUBLIC KEY-----\n`;
  return { id, publicKey, ...(author === undefined ? {} : { namesAuthor: true }) };
}

/** `vpc=none`, or `vpc=vpc-0123456789` with `subnets=subnet-1,subnet-2`; nothing is looked up, so that synth works offline. */
function networkOf(stack: Stack, vpc: string | undefined, subnets: string[]): Pick<SafetyGateProps, "network"> {
  if (vpc === undefined) return {};
  if (vpc === "none") return { network: "none" };
  if (subnets.length < 2) throw new Error(`the VPC ${vpc} needs the context subnets=subnet-1,subnet-2`);
  const known = Vpc.fromVpcAttributes(stack, "Vpc", {
    vpcId: vpc,
    availabilityZones: subnets.map((_, index) => stack.availabilityZones[index % stack.availabilityZones.length] ?? ""),
    privateSubnetIds: subnets,
  });
  return { network: { vpc: known, subnets: { subnets: known.privateSubnets } } };
}
