import { Tracer } from "@aws-lambda-powertools/tracer";
import type { Traced } from "../../lib/adapters/aws/clients.js";

/** Off outside Lambda. Requests that are not AWS calls are left out: the address for answering Slack is a secret. */
const tracer = new Tracer({ serviceName: "schema-gate", captureHTTPsRequests: false });

/** Each call of the client becomes a part of the trace, with its service and operation. */
export const tracedClient: Traced = (client) => tracer.captureAWSv3Client(client);

/**
 * Shows the work of one invocation in X-Ray, searchable by run and step. Records no input, output or error message, which may name tenants
 * or contain a task token. `run` is null if none is known.
 */
export async function traced<T>(step: string, run: string | null, work: () => Promise<T>): Promise<T> {
  const whole = tracer.getSegment();
  const part = whole?.addNewSubsegment(`## ${step}`);
  if (whole === undefined || part === undefined) return work();
  tracer.setSegment(part);
  tracer.annotateColdStart();
  tracer.addServiceNameAnnotation();
  tracer.putAnnotation("step", step);
  if (run !== null) tracer.putAnnotation("run", run);
  try {
    return await work();
  } catch (error) {
    part.addErrorFlag();
    tracer.putAnnotation("error", (error as Error).name);
    throw error;
  } finally {
    part.close();
    tracer.setSegment(whole);
  }
}
