import { App, Stack, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { gateOfContext } from "../lib/infra/gate-of-context.js";

// The CDK app of this repository: one gate, described by the context (docs/aws.md).
const app = new App();
const stack = new Stack(app, "SchemaGate", {
  description: "Schema Gate: safety gates for PostgreSQL schema migrations",
});
gateOfContext(stack);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
