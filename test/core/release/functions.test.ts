import { describe, expect, it } from "vitest";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";

const DYNAMIC = `create function anything(what text) returns void language plpgsql as $$
begin
  execute what;
end $$;
`;

describe("functions of a release", () => {
  it("are followed when the release calls them", async () => {
    const release = await readRelease(
      filesOf({
        "1_a.up.sql":
          "create function widen() returns void language plpgsql as $$ begin alter table t add column x int not null; end $$;",
        "2_b.up.sql":
          "create procedure again() language plpgsql as $$ begin perform widen(); drop table gone; end $$; call again();",
      }),
    );
    expect(release.findings).toEqual([]);
    expect(release.coverage).toMatchObject({ understood: 3, pieces: [] });
    expect(release.contract.requirements).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          kind: "column",
          column: "x",
          when: "after",
          nullable: false,
          source: expect.objectContaining({ file: "2_b.up.sql", line: 1 }),
        }),
        expect.objectContaining({
          kind: "table",
          table: { schema: null, name: "gone" },
          when: "before",
          present: true,
        }),
      ]),
    );
  });

  it("are a warning with their line when they run a text put together at run time", async () => {
    const { findings, coverage } = await readRelease(filesOf({ "1_a.up.sql": DYNAMIC }));
    expect(coverage.pieces).toEqual([]);
    expect(findings).toMatchObject([
      { code: "release.dynamic-sql", severity: "warning", source: { file: "1_a.up.sql", line: 3 } },
    ]);
  });

  it.each(["select anything('drop table ' || current_user);", "do $$ begin perform anything(current_user); end $$;"])(
    "block where the release calls such a one: %s",
    async (call) => {
      const { findings } = await readRelease(filesOf({ "1_a.up.sql": DYNAMIC, "2_b.up.sql": call }));
      expect(findings).toContainEqual(
        expect.objectContaining({
          code: "release.opaque",
          severity: "error",
          unknown: true,
          message: expect.stringContaining("It calls anything(), and this part of it is not understood"),
          source: expect.objectContaining({ file: "2_b.up.sql", line: 1 }),
        }),
      );
    },
  );

  it("that call themselves end", async () => {
    const sql = "create function f() returns int language sql as 'select f()'; select f();";
    expect((await readRelease(filesOf({ "1_a.up.sql": sql }))).findings).toEqual([]);
  });
});
