import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession } from "../../../lib/adapters/pg/connection.js";
import { endpointOf } from "../../../lib/adapters/pg/endpoint.js";
import { MAJORS } from "../../support/majors.js";
import { onServer, serverUrl } from "../../support/postgres.js";

const WRITE = { purpose: "write", statementTimeout: 5000, lockTimeout: 1000 } as const;
const WHO = "select current_user::text as role, session_user::text as login";

describe.each(MAJORS)("the role of a session, on %s", (major) => {
  const names = randomBytes(4).toString("hex");
  // A name that the startup parameter has to escape.
  const owner = `an "owner\\ ${names}`;
  const quoted = `"${owner.replaceAll('"', '""')}"`;
  const login = `login_${names}`;
  const endpoint = (role?: string) => {
    const url = new URL(serverUrl(major));
    url.username = login;
    url.password = "x";
    return { ...endpointOf(url.toString()), ...(role === undefined ? {} : { role }) };
  };
  beforeAll(async () => {
    await onServer(major, `create role ${quoted}`);
    await onServer(major, `create role ${login} login password 'x' in role ${quoted}`);
  });
  afterAll(async () => {
    await onServer(major, `drop role ${login}`);
    await onServer(major, `drop role ${quoted}`);
  });

  it("is the owner's where something is changed, and RESET ROLE leads back to it", async () => {
    const session = await openSession(endpoint(owner), WRITE);
    try {
      expect(await session.query(WHO)).toEqual([{ role: owner, login }]);
      await session.execute("set role none");
      expect(await session.query(WHO)).toEqual([{ role: login, login }]);
      await session.execute("reset role");
      expect(await session.query(WHO)).toEqual([{ role: owner, login }]);
      await session.execute("discard all");
      expect(await session.query(WHO)).toEqual([{ role: owner, login }]);
    } finally {
      await session.close();
    }
  });

  it.each([
    ["reading", { ...WRITE, purpose: "read" } as const],
    ["making databases and ending sessions", { ...WRITE, asLogin: true } as const],
  ])("is the login's for %s", async (_, options) => {
    const session = await openSession(endpoint(owner), options);
    try {
      expect(await session.query(WHO)).toEqual([{ role: login, login }]);
      expect(session).toMatchObject({ role: null, owner });
    } finally {
      await session.close();
    }
  });

  it.each([
    ["is not there", `nobody_${names}`, /there is no role nobody/],
    ["the login is not a member of", "pg_monitor", /GRANT "pg_monitor" TO "login_/],
  ])("that %s is told with what to do", async (_, role, words) => {
    await expect(openSession(endpoint(role), WRITE)).rejects.toMatchObject({
      code: "ROLE",
      message: expect.stringMatching(words),
    });
  });
});
