import { expect, it } from "vitest";
import { databaseError } from "../../../lib/adapters/pg/database-error.js";

const system = (message: string, code: string) => Object.assign(new Error(message), { code });

it.each([
  [system("connect ECONNREFUSED 127.0.0.1:1", "ECONNREFUSED"), "no server listens on that host and port"],
  [system("getaddrinfo ENOTFOUND db.example", "ENOTFOUND"), "there is no host of that name"],
  [
    { message: "", errors: [system("connect ECONNREFUSED ::1:1", "ECONNREFUSED")] },
    "no server listens on that host and port",
  ],
  [system('database "acme" does not exist', "3D000"), 'database "acme" does not exist'],
])("says in its own words what the system's code means, and leaves the server's: %s", (error, message) => {
  expect(databaseError(error).message).toBe(message);
});
