import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementResponse,
  RDSDataClient,
  RollbackTransactionCommand,
  type SqlParameter,
} from "@aws-sdk/client-rds-data";
import { DatabaseError } from "../../ports/database.js";
import { type ClientSettings, clientOf } from "../aws/clients.js";

/** A database that is reached through the RDS Data API, as the holder of a secret. */
export interface DataApiTarget {
  /** ARN of the cluster. */
  readonly cluster: string;
  /** Name or ARN of the secret with user and password. */
  readonly secret: string;
  readonly database: string;
  /** The owner of the tenant's objects: whatever changes something runs as it. */
  readonly role?: string;
}

/** The answer exceeded the 1 MiB that the Data API returns. */
export const TOO_LARGE = "DATA-API-SIZE";

const THROTTLE_PAUSES_MS = [200, 400, 800, 1600, 3200];

/** The calls of the RDS Data API that a session needs. Throws `DatabaseError` with the server's SQLSTATE if there is one. */
export class DataApi {
  private readonly client: RDSDataClient;
  private readonly target: { resourceArn: string; secretArn: string; database: string };

  constructor(
    { cluster, secret, database }: DataApiTarget,
    settings: ClientSettings,
    private readonly sleep: (ms: number) => Promise<void>,
  ) {
    // One attempt: a call whose answer was lost may have been executed, and a second one would do it twice.
    this.client = clientOf(RDSDataClient, settings, { maxAttempts: 1 });
    this.target = { resourceArn: cluster, secretArn: secret, database };
  }

  async begin(): Promise<string> {
    const answer = await this.send(() => this.client.send(new BeginTransactionCommand(this.target)));
    if (!answer.transactionId) throw new DatabaseError("the RDS Data API began no transaction", "DATA-API");
    return answer.transactionId;
  }

  async commit(transactionId: string): Promise<void> {
    const { resourceArn, secretArn } = this.target;
    await this.send(() => this.client.send(new CommitTransactionCommand({ resourceArn, secretArn, transactionId })));
  }

  async rollback(transactionId: string): Promise<void> {
    const { resourceArn, secretArn } = this.target;
    await this.send(() => this.client.send(new RollbackTransactionCommand({ resourceArn, secretArn, transactionId })));
  }

  execute(sql: string, parameters: SqlParameter[], transactionId: string | null): Promise<ExecuteStatementResponse> {
    const transaction = transactionId === null ? {} : { transactionId };
    const call = { ...this.target, sql, parameters, includeResultMetadata: true, ...transaction };
    return this.send(() => this.client.send(new ExecuteStatementCommand(call)));
  }

  /** A throttled call was not executed, so it is retried. */
  private async send<T>(call: () => Promise<T>): Promise<T> {
    for (const pause of THROTTLE_PAUSES_MS) {
      try {
        return await call();
      } catch (error) {
        if (!isThrottled(error)) throw databaseError(error);
      }
      await this.sleep(pause);
    }
    return call().catch((error) => {
      throw databaseError(error);
    });
  }
}

function isThrottled(error: unknown): boolean {
  const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
  return /Throttl|TooManyRequests/.test(name) || $metadata?.httpStatusCode === 429;
}

/** PostgreSQL's errors arrive as `ERROR: relation "a" does not exist; Position: 15; SQLState: 42P01`. */
function databaseError(error: unknown): DatabaseError {
  const { name, message } = error as Error;
  if (/response size limit|more than the allowed/i.test(message))
    return new DatabaseError("the answer has more than the 1 MiB that the RDS Data API hands over", TOO_LARGE);
  const code = /SQLState: (\w{5})/.exec(message)?.[1];
  const text = message.replace(/^ERROR: /, "").replace(/; (Position: \d+; )?SQLState: .*$/s, "");
  return new DatabaseError(code ? text : `the RDS Data API refused: ${name}: ${text}`, code ?? name, null, error);
}
