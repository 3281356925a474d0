import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * Where a connection is cut: `before` the message reaches the server, `after` it was sent and without waiting, or when it
 * was `answered`, so that the server has done what was asked and the client never learns it.
 */
export type CutMode = "before" | "after" | "answered";

export interface Cut {
  readonly database: string;
  /** What the client's message must contain. */
  readonly pattern: RegExp;
  readonly mode: CutMode;
  /** How many connections are cut there; the later ones pass. */
  times: number;
}

/** A TCP proxy before a PostgreSQL server that cuts connections at a message of the client's. */
export class CuttingProxy {
  /** How many connections were cut, by database. */
  readonly done = new Map<string, number>();
  private cuts: Cut[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {}

  static async start(target: number): Promise<CuttingProxy> {
    const server = createServer();
    const proxy = new CuttingProxy(server, target);
    server.on("connection", (client) => proxy.serve(client));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  cut(cuts: readonly Cut[]): void {
    this.cuts = [...cuts];
    this.done.clear();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(client: Socket): void {
    const server = connect(this.target, "127.0.0.1");
    let database: string | null = null;
    let swallow = false;
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    server.on("data", (data) => {
      if (swallow) client.destroy();
      else client.write(data);
    });
    client.on("data", (data) => {
      const text = data.toString("latin1");
      database ??= /\0database\0([^\0]+)\0/.exec(text)?.[1] ?? null;
      const cut = this.cuts.find((each) => each.database === database && each.times > 0 && each.pattern.test(text));
      if (!cut) return void server.write(data);
      cut.times -= 1;
      this.done.set(cut.database, (this.done.get(cut.database) ?? 0) + 1);
      if (cut.mode === "before") return void client.destroy();
      server.write(data);
      if (cut.mode === "answered") swallow = true;
      else server.end(() => client.destroy());
    });
  }
}
