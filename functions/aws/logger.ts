import { Logger } from "@aws-lambda-powertools/logger";

/** One line of JSON per message, for CloudWatch Logs Insights. Gets no event, no output of a step and no secret. */
export const logger = new Logger({ serviceName: "schema-gate" });
