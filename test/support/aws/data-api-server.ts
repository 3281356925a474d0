import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";
import { closed } from "../closed.js";

interface Parameter {
  readonly name: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Body {
  readonly sql?: string;
  readonly database?: string;
  readonly parameters?: readonly Parameter[];
  readonly transactionId?: string;
}

const LARGEST_ANSWER = 1024 * 1024;
/** Names of the types that the answer's fields may have, by oid; everything else is handed over as text. */
const NAMES: Readonly<Record<number, string>> = {
  16: "bool",
  17: "bytea",
  19: "name",
  20: "int8",
  21: "int2",
  23: "int4",
  25: "text",
  26: "oid",
  114: "json",
  700: "float4",
  701: "float8",
  1009: "_text",
  1003: "_name",
  1007: "_int4",
  1016: "_int8",
  1043: "varchar",
  1184: "timestamptz",
  1700: "numeric",
  3802: "jsonb",
};
const CASTS: Readonly<Record<string, string>> = {
  stringValue: "varchar",
  longValue: "int8",
  doubleValue: "float8",
  booleanValue: "bool",
  blobValue: "bytea",
};

/**
 * The RDS Data API's protocol over a real PostgreSQL: one statement per call, named parameters, transactions by id, a connection per
 * call outside of them, and at most 1 MiB of answer. Simulated: it checks no signature and no secret.
 */
export class DataApiServer {
  /** Statements in the order in which they came. */
  readonly statements: string[] = [];
  /** How many of the next calls are refused with 429. */
  throttle = 0;
  private readonly transactions = new Map<string, pg.Client>();
  private serial = 0;
  private readonly server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    await this.serve(request.url ?? "", JSON.parse(text || "{}") as Body, response);
  });

  private constructor(private readonly url: string) {}

  /** `url`: of a server, to which a database's name is added. */
  static async start(url: string): Promise<DataApiServer> {
    const server = new DataApiServer(url);
    await new Promise<void>((resolve) => server.server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Transactions that nobody ended. */
  get open(): number {
    return this.transactions.size;
  }

  async close(): Promise<void> {
    for (const client of this.transactions.values()) await client.end();
    await closed(this.server);
  }

  private async serve(path: string, body: Body, response: ServerResponse): Promise<void> {
    try {
      if (this.throttle > 0) {
        this.throttle -= 1;
        refuse(response, 429, "ThrottlingException", "Rate exceeded");
        return;
      }
      const answer = JSON.stringify(await this.answer(path, body));
      if (answer.length > LARGEST_ANSWER) {
        refuse(response, 400, "BadRequestException", "Database returned more than the allowed response size limit");
        return;
      }
      response.setHeader("content-type", "application/json");
      response.end(answer);
    } catch (error) {
      const { message, code } = error as { message: string; code?: string };
      const state = code === undefined ? "" : `; SQLState: ${code}`;
      refuse(response, 400, "DatabaseErrorException", code === undefined ? message : `ERROR: ${message}${state}`);
    }
  }

  private async answer(path: string, body: Body): Promise<object> {
    if (path === "/BeginTransaction") {
      const client = await this.connect(body.database);
      await client.query("begin");
      this.serial += 1;
      const transactionId = `transaction-${this.serial}`;
      this.transactions.set(transactionId, client);
      return { transactionId };
    }
    if (path === "/CommitTransaction" || path === "/RollbackTransaction") {
      const client = this.transaction(body.transactionId);
      this.transactions.delete(body.transactionId ?? "");
      await client.query(path === "/CommitTransaction" ? "commit" : "rollback").finally(() => client.end());
      return { transactionStatus: "done" };
    }
    if (body.transactionId !== undefined) return this.execute(this.transaction(body.transactionId), body);
    const client = await this.connect(body.database);
    return this.execute(client, body).finally(() => client.end());
  }

  private transaction(id: string | undefined): pg.Client {
    const client = this.transactions.get(id ?? "");
    if (!client) throw new Error(`Transaction ${id} is not found`);
    return client;
  }

  private async connect(database = "postgres"): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: `${this.url}${encodeURIComponent(database)}` });
    client.on("error", () => {});
    await client.connect();
    return client;
  }

  private async execute(client: pg.Client, { sql = "", parameters = [] }: Body): Promise<object> {
    this.statements.push(sql);
    const values: unknown[] = [];
    const given = new Map(parameters.map(({ name, value }) => [name, value]));
    // Texts, names and casts hold no parameter.
    const text = sql.replace(/'(?:[^']|'')*'|"[^"]*"|::|:(\w+)/g, (whole, name?: string) => {
      const value = name === undefined ? undefined : given.get(name);
      if (value === undefined) return whole;
      const [kind = "", content] = Object.entries(value)[0] ?? [];
      values.push(kind === "isNull" ? null : content);
      return CASTS[kind] ? `$${values.length}::${CASTS[kind]}` : `$${values.length}`;
    });
    // The extended protocol takes one statement, as the Data API does.
    const query = { text, values, rowMode: "array", types: { getTypeParser: () => (raw: string) => raw } };
    const result = (await client.query({ ...query, queryMode: "extended" } as never)) as unknown as pg.QueryArrayResult;
    const columnMetadata = (result.fields ?? []).map((field) => ({
      label: field.name,
      name: field.name,
      typeName: NAMES[field.dataTypeID] ?? "text",
    }));
    const records = (result.rows ?? []).map((row) =>
      row.map((cell, index) => fieldOf(cell as string | null, columnMetadata[index]?.typeName ?? "text")),
    );
    return { columnMetadata, records, numberOfRecordsUpdated: records.length > 0 ? 0 : (result.rowCount ?? 0) };
  }
}

function fieldOf(raw: string | null, type: string): object {
  if (raw === null) return { isNull: true };
  if (type === "bool") return { booleanValue: raw === "t" };
  if (["int2", "int4", "int8", "oid"].includes(type)) return { longValue: Number(raw) };
  if (type.startsWith("float")) return { doubleValue: Number(raw) };
  if (type === "bytea") return { blobValue: Buffer.from(raw.slice(2), "hex").toString("base64") };
  if (type === "timestamptz") return { stringValue: new Date(raw).toISOString().replace("T", " ").replace("Z", "") };
  if (!type.startsWith("_")) return { stringValue: raw };
  const elements = pg.types.getTypeParser(1009 as never)(raw) as string[];
  return {
    arrayValue: type.startsWith("_int") ? { longValues: elements.map(Number) } : { stringValues: elements },
  };
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": code });
  response.end(JSON.stringify({ message }));
}
