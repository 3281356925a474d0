import { Logger } from "@aws-lambda-powertools/logger";

/** One line of JSON per message, for CloudWatch Logs Insights. Never gets an event, a step's output or a secret. */
export const logger = new Logger({ serviceName: "schema-gate" });
