import pg from "pg";
import { describe, expect, it } from "vitest";
import { serverUrl } from "../../support/postgres.js";

describe.each(["15", "18"] as const)("the embedded server, PostgreSQL %s", (major) => {
  it("is a real server of that version, in UTF-8", async () => {
    const client = new pg.Client({ connectionString: serverUrl(major) });
    await client.connect();
    const { rows } = await client.query(
      "select current_setting('server_version_num')::int / 10000 as major, current_setting('server_encoding') as encoding",
    );
    await client.end();
    expect(rows).toEqual([{ major: Number(major), encoding: "UTF8" }]);
  });
});
