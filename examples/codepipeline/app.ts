import { App } from "aws-cdk-lib";
import { PipelineStack } from "./pipeline-stack.js";

const app = new App();
new PipelineStack(app, "TenantsPipeline", {
  connectionArn: "arn:aws:codeconnections:eu-central-1:123456789012:connection/00000000-0000-0000-0000-000000000000",
  owner: "example",
  repo: "billing",
});
