import pg from "pg";
import { describe, expect, inject, it } from "vitest";

describe.each(["15", "18"] as const)("the embedded server, PostgreSQL %s", (major) => {
  it("is a real server of that version, in UTF-8", async () => {
    const client = new pg.Client({ connectionString: `${inject("servers")[major]}postgres` });
    await client.connect();
    const { rows } = await client.query(
      "select current_setting('server_version_num')::int / 10000 as major, current_setting('server_encoding') as encoding",
    );
    await client.end();
    expect(rows).toEqual([{ major: Number(major), encoding: "UTF8" }]);
  });
});
