import { randomUUID } from "node:crypto";
import { afterAll, expect, it } from "vitest";
import { makeClone } from "../../../lib/adapters/pg/clone-server.js";
import { openSession } from "../../../lib/adapters/pg/connection.js";
import type { Session } from "../../../lib/ports/database.js";
import { serverUrl, temporaryDatabase } from "../../support/postgres.js";

const ended: Session[] = [];
afterAll(async () => {
  for (const session of ended) await session.close();
});

/** Sessions that end late, as a busy server's do after their clients have gone. */
const server = (database: string) => ({
  database,
  role: null,
  executors: null,
  async open(name: string, options: Parameters<typeof openSession>[1]): Promise<Session> {
    const { hostname, port, username, password } = new URL(serverUrl("18"));
    const endpoint = { host: hostname, port: Number(port), database: name, user: username, password, tls: false };
    const session = await openSession(endpoint, options);
    ended.push(session);
    return { ...bound(session), close: async () => {} };
  },
});

function bound(session: Session): Session {
  return {
    backend: session.backend,
    serverVersion: session.serverVersion,
    query: (...args: Parameters<Session["query"]>) => session.query(...args),
    repeated: (...args: Parameters<Session["repeated"]>) => session.repeated(...args),
    script: (...args: Parameters<Session["script"]>) => session.script(...args),
    close: () => session.close(),
  } as Session;
}

it("makes a clone of a name again at once, though the server has not seen yet that the session before has ended", async () => {
  const { name, client } = await temporaryDatabase("18", "create table t (i int)");
  await client.end();
  const clone = `schema_gate_${randomUUID().replaceAll("-", "")}`;
  for (let time = 0; time < 2; time++) {
    const madeAndDropped = makeClone(server(name), clone, name).then((made) => made.drop());
    await expect(madeAndDropped).resolves.toBeUndefined();
  }
});
