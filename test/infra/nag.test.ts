import { Stack } from "aws-cdk-lib";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { describe, expect, it } from "vitest";
import type { SafetyGateProps } from "../../lib/infra/safety-gate-props.js";
import { synthesise, violationsOf } from "./support/synthesise.js";

const VARIANTS: Readonly<Record<string, Partial<SafetyGateProps>>> = {
  "with everything": {
    emails: ["team@example.com"],
    staging: { clusters: ["tenants-a"], instances: ["tenants-b"], subnetGroup: "staging" },
    startOnUpload: true,
  },
  "without a VPC": { network: "none", longTasks: "none" },
};

describe("cdk-nag (AwsSolutions)", () => {
  it.each(Object.entries(VARIANTS))(
    "has nothing to say of a gate %s that carries no reason",
    (_, props) => {
      expect(synthesise(props).violations()).toEqual([]);
    },
    240_000,
  );

  it("would speak", () => {
    const stack = new Stack();
    new Bucket(stack, "Open");
    expect(violationsOf(stack).length).toBeGreaterThan(0);
  });
});
