import { beforeAll, describe, expect, it } from "vitest";
import { Accounts } from "../../../lib/adapters/aws/accounts.js";
import { iamToken } from "../../../lib/adapters/aws/iam-token.js";

beforeAll(() => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "simulated", AWS_SECRET_ACCESS_KEY: "simulated" });
});

describe("an IAM token for RDS", () => {
  it.each([
    ["tenants.cluster-c1a2b3.us-east-1.rds.amazonaws.com", "us-east-1"],
    ["tenants-b.c1a2b3.us-gov-west-1.rds.amazonaws.com", "us-gov-west-1"],
    ["gate.proxy-c1a2b3.cn-north-1.rds.amazonaws.com.cn", "cn-north-1"],
    ["tenants.internal", "eu-central-1"],
    ["us-east-1.rds.amazonaws.com.evil.example", "eu-central-1"],
  ])("for %s is signed for %s", async (host, region) => {
    const token = await iamToken(new Accounts({ region: "eu-central-1", maxAttempts: 1 }))(
      { host, port: 5432, database: "a", user: "gate", tls: true },
      null,
    );
    expect(decodeURIComponent(token)).toMatch(new RegExp(`/\\d{8}/${region}/rds-db/aws4_request`));
  });
});
