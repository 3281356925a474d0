// The entry point of the CDK app. This version has no stack to synthesise: saying so is better than an empty template.
process.stderr.write("schema-gate: the AWS stack is not part of this version; use one machine: schema-gate run\n");
process.exitCode = 3;
