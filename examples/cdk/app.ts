import { App } from "aws-cdk-lib";
import { GateStack } from "./gate-stack.js";

const app = new App();
new GateStack(app, "TenantsGate", {
  vpc: {
    vpcId: "vpc-0123456789abcdef0",
    availabilityZones: ["eu-central-1a", "eu-central-1b"],
    privateSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
  },
  databaseSecurityGroup: "sg-0123456789abcdef0",
  cluster: "tenants",
});
