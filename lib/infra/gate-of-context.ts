import { CfnOutput, RemovalPolicy, type Stack } from "aws-cdk-lib";
import { Vpc } from "aws-cdk-lib/aws-ec2";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { SafetyGate } from "./safety-gate.js";
import type { SafetyGateProps } from "./safety-gate-props.js";

/** A gate whose props are the context of the app, as in `cdk deploy -c vpc=none -c emails=a@example.com,b@example.com`. */
export function gateOfContext(stack: Stack): SafetyGate {
  const text = (key: string): string | undefined => stack.node.tryGetContext(key) as string | undefined;
  const list = (key: string): string[] => (text(key) ?? "").split(",").filter((item) => item !== "");
  const slack = text("slackSecret");
  const gate = new SafetyGate(stack, "Gate", {
    databases: { secretPrefixes: list("secretPrefixes") },
    approvers: Object.fromEntries(list("approvers").map(approver)),
    emails: list("emails"),
    ...networkOf(stack, text("vpc"), list("subnets")),
    ...(slack === undefined ? {} : { slackSecret: Secret.fromSecretNameV2(stack, "Slack", slack) }),
    ...(text("longTasks") === "none" ? { longTasks: "none" } : {}),
    ...(text("observability") === "none" ? { observability: "none" } : {}),
    ...(text("startOnUpload") === "true" ? { startOnUpload: true } : {}),
    ...(text("removal") === "destroy" ? { removalPolicy: RemovalPolicy.DESTROY } : {}),
  });
  new CfnOutput(stack, "StateMachineArn", { value: gate.stateMachine.stateMachineArn });
  new CfnOutput(stack, "BucketName", { value: gate.bucket.bucketName });
  new CfnOutput(stack, "ReviewUrl", { value: gate.reviewUrl });
  new CfnOutput(stack, "TopicArn", { value: gate.notifications.topic.topicArn });
  return gate;
}

/** `ada:ada@example.com` */
function approver(text: string): [id: string, email: string] {
  const at = text.lastIndexOf(":");
  if (at < 1 || !text.slice(at).includes("@")) throw new Error(`${text} is no approver: write ID:ADDRESS`);
  return [text.slice(0, at), text.slice(at + 1)];
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
