import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { closed } from "../closed.js";
import { policyVariable } from "./pack-key.js";
import { SimulatedS3 } from "./simulated-s3.js";

export interface Call {
  /** `s3 PUT`, or the target such as `TrentService.Sign`. */
  readonly name: string;
  readonly path: string;
  readonly body: string;
}

/** What a call is answered with instead of being served. */
export interface Fault {
  readonly status: number;
  /** Name of the error, such as `SlowDown`. */
  readonly code: string;
}

export interface Execution {
  readonly name: string;
  readonly machine: string;
  readonly input: string;
  status: string;
  error?: string;
  cause?: string;
  redriven?: number;
}

/**
 * As much of S3, KMS, Secrets Manager, Step Functions, Lambda, STS and SNS as the adapters speak, simulated on the loopback interface: it
 * checks no signature and no permission, and says so in the name of its server.
 */
export class SimulatedAws {
  readonly s3 = new SimulatedS3();
  readonly secrets = new Map<string, string>();
  readonly calls: Call[] = [];
  readonly executions = new Map<string, Execution>();
  /** Task tokens that an execution waits for; `SendTask…` takes one out. */
  readonly waiting = new Set<string>();
  readonly answered: { readonly token: string; readonly output: string }[] = [];
  readonly published: URLSearchParams[] = [];
  /** By address: ARN of its subscription. Null: nobody may ask. */
  subscriptions: Readonly<Record<string, string>> | null = null;
  /** Roles of other accounts that may be assumed, and those that were. */
  readonly roles = new Set<string>();
  readonly assumed: string[] = [];
  /** What was sent below `/slack-api`. */
  readonly slack: Call[] = [];
  private readonly key = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  /** Of the call that is served. */
  lastHeaders: IncomingMessage["headers"] = {};
  /** Called with the run and release of an execution that begins. */
  onStart: (input: { readonly run: string; readonly release: string; readonly order?: unknown }, name: string) => void =
    () => {};
  /** Called with an execution that is redriven. */
  onRedrive: (execution: Execution) => void = () => {};
  /** Called with the event of a function that is invoked to run later. */
  onInvoke: (event: unknown) => void = () => {};
  private fault: ((call: Call) => Fault | null) | null = null;
  private origin = "";
  private server: Server | null = null;

  static async start(): Promise<SimulatedAws> {
    const simulated = new SimulatedAws();
    const server = createServer((request, response) => void simulated.serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    simulated.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    simulated.server = server;
    return simulated;
  }

  async close(): Promise<void> {
    if (this.server) await closed(this.server);
  }

  /** Environment of a function that talks to this and to nothing else. */
  variables(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.origin,
      AWS_MAX_ATTEMPTS: "3",
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "simulated",
      AWS_SECRET_ACCESS_KEY: "simulated",
      SCHEMA_GATE_BUCKET: "gate",
      SCHEMA_GATE_SIGNING_KEY: "alias/simulated",
      SCHEMA_GATE_APPROVAL_KEY: "alias/approvals",
      SCHEMA_GATE_LINK_KEY_SECRET: "link-key",
      SCHEMA_GATE_APPROVAL_URL: "https://gate.lambda-url.eu-central-1.on.aws",
      ...policyVariable(),
      SCHEMA_GATE_TOPIC: "arn:aws:sns:eu-central-1:123456789012:gate",
      SCHEMA_GATE_STATE_MACHINE: "arn:aws:states:eu-central-1:123456789012:stateMachine:gate",
    };
  }

  get publicKey(): string {
    return this.key.publicKey.export({ type: "spki", format: "pem" }).toString();
  }

  /** From now on, until it is given null. */
  failing(fault: ((call: Call) => Fault | null) | null): void {
    this.fault = fault;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const target = request.headers["x-amz-target"];
    const url = new URL(request.url ?? "/", this.origin);
    const query = String(request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
    const invoked = url.pathname.endsWith("/invocations") ? "lambda.Invoke" : null;
    const name = invoked ?? (typeof target === "string" ? target : query ? "sns" : `s3 ${request.method}`);
    const call = { name, path: decodeURIComponent(url.pathname), body: bytes.toString("utf8") };
    this.calls.push(call);
    this.lastHeaders = request.headers;
    response.setHeader("server", "simulated");
    const fault = this.fault?.(call) ?? null;
    if (call.path.startsWith("/slack-api/")) {
      this.slack.push(call);
      if (fault) response.writeHead(fault.status, { "retry-after": "1" });
      response.end(JSON.stringify({ ok: fault === null }));
      return;
    }
    if (invoked !== null) {
      response.writeHead(request.headers["x-amz-invocation-type"] === "Event" ? 202 : 400).end();
      return this.onInvoke(JSON.parse(call.body));
    }
    if (typeof target === "string")
      return answer(response, fault ?? this.service(target, JSON.parse(call.body || "{}")));
    if (query) return this.sns(response, new URLSearchParams(call.body), fault);
    return this.s3.serve(request, url, bytes, response, fault);
  }

  private service(target: string, body: Record<string, string>): Fault | object {
    switch (target) {
      case "TrentService.GetPublicKey": {
        const der = this.key.publicKey.export({ type: "spki", format: "der" });
        return { KeySpec: "ECC_NIST_P256", PublicKey: der.toString("base64") };
      }
      case "TrentService.Sign": {
        const message = Buffer.from(body.Message ?? "", "base64");
        if (body.MessageType !== "RAW" || message.length > 4096) return { status: 400, code: "ValidationException" };
        return { Signature: sign("sha256", message, this.key.privateKey).toString("base64") };
      }
      case "TrentService.GenerateMac":
        return { Mac: this.mac(body) };
      case "TrentService.VerifyMac":
        return body.Mac === this.mac(body) ? { MacValid: true } : { status: 400, code: "KMSInvalidMacException" };
      case "secretsmanager.GetSecretValue": {
        const secret = this.secrets.get(body.SecretId ?? "");
        return secret === undefined
          ? { status: 400, code: "ResourceNotFoundException" }
          : { Name: body.SecretId, SecretString: secret };
      }
      case "AWSStepFunctions.StartExecution":
        return this.start(body);
      case "AWSStepFunctions.DescribeExecution":
        return this.describe(body.executionArn ?? "");
      case "AWSStepFunctions.ListExecutions":
        return this.list(body);
      case "AWSStepFunctions.RedriveExecution":
        return this.redrive(body.executionArn ?? "");
      case "AWSStepFunctions.SendTaskSuccess":
      case "AWSStepFunctions.SendTaskFailure":
        return this.answerTask(body.taskToken ?? "", body.output ?? body.error ?? "");
      default:
        return { status: 400, code: "UnknownOperationException" };
    }
  }

  private mac({ KeyId = "", Message = "" }: Record<string, string>): string {
    return createHmac("sha256", `key of ${KeyId}`).update(Buffer.from(Message, "base64")).digest("base64");
  }

  /** A name is one execution's; the same input while it runs is no error (Step Functions API, StartExecution). */
  private start({ name = "", input = "", stateMachineArn = "" }: Record<string, string>): Fault | object {
    const known = this.executions.get(name);
    if (known && (known.input !== input || known.status !== "RUNNING"))
      return { status: 400, code: "ExecutionAlreadyExists" };
    if (!known) {
      this.executions.set(name, { name, machine: stateMachineArn, input, status: "RUNNING" });
      this.onStart(JSON.parse(input), name);
    }
    return { executionArn: `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`, startDate: 1 };
  }

  private describe(arn: string): Fault | object {
    const known = this.executions.get(arn.slice(arn.lastIndexOf(":") + 1));
    return known
      ? {
          executionArn: arn,
          stateMachineArn: known.machine,
          name: known.name,
          status: known.status,
          input: known.input,
          ...(known.error === undefined ? {} : { error: known.error, cause: known.cause ?? "" }),
          redriveStatus: ["SUCCEEDED", "RUNNING"].includes(known.status) ? "NOT_REDRIVABLE" : "REDRIVABLE",
        }
      : { status: 400, code: "ExecutionDoesNotExist" };
  }

  private list({ stateMachineArn = "", statusFilter }: Record<string, string>): object {
    const found = [...this.executions.values()].filter(({ status }) => status === statusFilter);
    const arn = (name: string) => `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
    return { executions: found.map(({ name, status }) => ({ executionArn: arn(name), name, status, startDate: 1 })) };
  }

  private redrive(arn: string): Fault | object {
    const known = this.executions.get(arn.slice(arn.lastIndexOf(":") + 1));
    if (!known || known.status === "RUNNING") return { status: 400, code: "ExecutionNotRedrivable" };
    known.status = "RUNNING";
    known.redriven = (known.redriven ?? 0) + 1;
    this.onRedrive(known);
    return { redriveDate: 1 };
  }

  private answerTask(token: string, output: string): Fault | object {
    if (!this.waiting.delete(token)) return { status: 400, code: "TaskTimedOut" };
    this.answered.push({ token, output });
    return {};
  }

  private listSubscriptions(response: ServerResponse): void {
    if (this.subscriptions === null) {
      const error = "<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>";
      response.writeHead(403).end(error);
      return;
    }
    const members = Object.entries(this.subscriptions).map(
      ([endpoint, arn]) =>
        `<member><Endpoint>${endpoint}</Endpoint><Protocol>${endpoint.includes("@") ? "email" : "lambda"}</Protocol><SubscriptionArn>${arn}</SubscriptionArn></member>`,
    );
    const result = `<Subscriptions>${members.join("")}</Subscriptions>`;
    response.end(
      `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult>${result}</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
    );
  }

  private assume(response: ServerResponse, role: string): void {
    this.assumed.push(role);
    if (!this.roles.has(role)) {
      response.writeHead(403).end("<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>");
      return;
    }
    const key = `ASSUMED${/\d{12}/.exec(role)?.[0]}`;
    const credentials = `<AccessKeyId>${key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>`;
    response.end(
      `<AssumeRoleResponse><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    );
  }

  private sns(response: ServerResponse, body: URLSearchParams, fault: Fault | null): void {
    if (fault) {
      response.writeHead(fault.status).end(`<ErrorResponse><Error><Code>${fault.code}</Code></Error></ErrorResponse>`);
      return;
    }
    if (body.get("Action") === "AssumeRole") {
      this.assume(response, body.get("RoleArn") ?? "");
      return;
    }
    if (body.get("Action") === "ListSubscriptionsByTopic") {
      this.listSubscriptions(response);
      return;
    }
    this.published.push(body);
    response.end("<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>");
  }
}

function answer(response: ServerResponse, result: Fault | object): void {
  response.setHeader("content-type", "application/x-amz-json-1.1");
  if ("code" in result && "status" in result) {
    response.writeHead(result.status as number, { "x-amzn-errortype": String(result.code) });
    response.end(JSON.stringify({ __type: result.code, message: `simulated ${String(result.code)}` }));
    return;
  }
  response.end(JSON.stringify(result));
}
