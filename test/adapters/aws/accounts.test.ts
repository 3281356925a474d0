import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { Accounts } from "../../../lib/adapters/aws/accounts.js";
import { clientSettings } from "../../../lib/adapters/aws/clients.js";
import { iamToken } from "../../../lib/adapters/aws/iam-token.js";
import { ManagedSecrets } from "../../../lib/adapters/aws/secrets-manager.js";
import { SimulatedAws } from "../../support/aws/simulated-aws.js";

const ROLE = "arn:aws:iam::222222222222:role/schema-gate";
const ELSEWHERE = "arn:aws:secretsmanager:us-east-1:222222222222:secret:tenants/b-AbCdEf";

let aws: SimulatedAws;
let secrets: ManagedSecrets;
beforeAll(async () => {
  aws = await SimulatedAws.start();
  aws.roles.add(ROLE);
  for (const name of ["tenants/a", ELSEWHERE]) aws.secrets.set(name, `the password of ${name}`);
  Object.assign(process.env, aws.variables());
});
beforeEach(() => {
  secrets = new ManagedSecrets(process.env, clientSettings(process.env), Date.now);
  aws.assumed.length = 0;
});
afterAll(() => aws.close());

/** Key and region that the last call was signed with. */
const signedBy = () => /Credential=(\w+)\/\d+\/([\w-]+)\//.exec(String(aws.lastHeaders.authorization))?.slice(1);

it("a tenant's secret in another account is read by the role that the registry names, in the region of its ARN", async () => {
  expect(await secrets.resolve("secret:tenants/a")).toBe("the password of tenants/a");
  expect(signedBy()).toEqual(["simulated", "eu-central-1"]);
  expect(await secrets.resolve(`secret:${ELSEWHERE}`, ROLE)).toContain("the password of");
  expect(signedBy()).toEqual(["ASSUMED222222222222", "us-east-1"]);
  // By name in both accounts: two secrets.
  await secrets.resolve("secret:tenants/a", ROLE);
  expect(signedBy()).toEqual(["ASSUMED222222222222", "eu-central-1"]);
  expect(aws.assumed).toEqual([ROLE]);
});

it("a role that does not let the gate in is a secret that cannot be read", async () => {
  const other = "arn:aws:iam::333333333333:role/schema-gate";
  await expect(secrets.resolve("secret:tenants/a", other)).rejects.toThrow(
    "the secret tenants/a could not be read: AccessDenied",
  );
});

it("an IAM token for a server in another account is made by that role", async () => {
  const endpoint = { host: "b.c1.us-east-1.rds.amazonaws.com", port: 5432, database: "b", user: "gate", tls: true };
  const token = await iamToken(new Accounts(clientSettings(process.env)))(endpoint, ROLE);
  expect(decodeURIComponent(token)).toMatch(/ASSUMED222222222222\/\d{8}\/us-east-1\/rds-db/);
});
