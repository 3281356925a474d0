import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";

const FOLDER = join(packageRoot(), "test", "adapters", "notify", "localhost-certificate");
/** Of `localhost`, and its own authority. */
export const CERTIFICATE = join(FOLDER, "certificate.pem");

const SSL_REQUEST = 80877103;
const CLEARTEXT_PASSWORD = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

export interface SignIn {
  readonly token: string;
  /** Whether it was signed with the secret key for this server and this role, in the last 15 minutes. */
  readonly valid: boolean;
  /** Seconds since it was signed. */
  readonly age: number;
}

export interface RdsIamOptions {
  /** Of a server that asks nobody on the loopback interface for a password. */
  readonly port: number;
  readonly secretKey: string;
}

/**
 * Signs in as RDS does with IAM: TLS, then the token as a password in clear text (simulated), and hands what follows to a real
 * PostgreSQL.
 */
export class RdsIamServer {
  readonly signIns: SignIn[] = [];
  /** Connections that did not ask for TLS. */
  plain = 0;
  private readonly server: Server;

  private constructor(private readonly options: RdsIamOptions) {
    this.server = createServer((socket) => void this.greet(socket).catch(() => socket.destroy()));
  }

  static async start(options: RdsIamOptions): Promise<RdsIamServer> {
    const started = new RdsIamServer(options);
    await new Promise<void>((resolve) => started.server.listen(0, "127.0.0.1", resolve));
    return started;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => void this.server.close(() => resolve()));
  }

  /** PostgreSQL, "Message Flow": SSLRequest, StartupMessage, AuthenticationCleartextPassword, PasswordMessage. */
  private async greet(socket: Socket): Promise<void> {
    socket.on("error", () => {});
    const request = await message(socket, 0);
    if (request.readInt32BE(4) !== SSL_REQUEST) {
      this.plain += 1;
      socket.destroy();
      return;
    }
    socket.write("S");
    const [key, cert] = [readFileSync(join(FOLDER, "key.pem")), readFileSync(CERTIFICATE)];
    const client = new TLSSocket(socket, { isServer: true, key, cert });
    client.on("error", () => {});
    const startup = await message(client, 0);
    const user = /\0user\0([^\0]+)\0/.exec(startup.subarray(7).toString("latin1"))?.[1] ?? "";
    client.write(CLEARTEXT_PASSWORD);
    const token = (await message(client, 1)).subarray(5, -1).toString("utf8");
    const signIn = { token, ...this.judged(token, user) };
    this.signIns.push(signIn);
    if (!signIn.valid) {
      client.destroy();
      return;
    }
    const backend = connect(this.options.port, "127.0.0.1");
    backend.on("error", () => client.destroy());
    backend.write(startup);
    client.pipe(backend).pipe(client);
  }

  /** AWS General Reference, "Create a signed AWS API request", with the signature in the query. */
  private judged(token: string, user: string): Omit<SignIn, "token"> {
    const url = new URL(`https://${token}`);
    const given = url.searchParams;
    const date = given.get("X-Amz-Date") ?? "";
    const [, day = "", region = "", service = "", end = ""] = (given.get("X-Amz-Credential") ?? "").split("/");
    const query = [...given]
      .filter(([name]) => name !== "X-Amz-Signature")
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .sort()
      .join("&");
    const host = `localhost:${this.port}`;
    const canonical = ["GET", "/", query, `host:${host}`, "", "host", sha256("")].join("\n");
    const scope = [day, region, service, end];
    const key = scope.reduce<Buffer>(hmac, Buffer.from(`AWS4${this.options.secretKey}`));
    const signature = hmac(key, ["AWS4-HMAC-SHA256", date, scope.join("/"), sha256(canonical)].join("\n"));
    const age = (Date.now() - Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"))) / 1000;
    const valid =
      given.get("X-Amz-Signature") === signature.toString("hex") &&
      given.get("Action") === "connect" &&
      given.get("DBUser") === user &&
      `${region}/${service}` === "eu-central-1/rds-db" &&
      age < Number(given.get("X-Amz-Expires")) &&
      Number(given.get("X-Amz-Expires")) <= 900;
    return { valid, age };
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/** One whole message; `prefix` bytes stand before its length. */
async function message(socket: Socket, prefix: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    if (bytes.length >= prefix + 4) {
      const length = prefix + bytes.readInt32BE(prefix);
      if (bytes.length > length) throw new Error("more than one message came at once");
      if (bytes.length === length) return bytes;
    }
    const chunk = socket.read() as Buffer | null;
    if (chunk !== null) bytes = Buffer.concat([bytes, chunk]);
    else if (socket.destroyed) throw new Error("the connection was closed");
    else await new Promise<void>((resolve) => socket.once("readable", resolve).once("close", resolve));
  }
}
