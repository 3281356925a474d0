import { describe, expect, it } from "vitest";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";

describe("COPY FROM stdin", () => {
  it.each([
    ["with rows after it", "copy a from stdin;\n1\n2\n\\.\nselect 1;"],
    ["with columns and options", "COPY a (id) FROM stdin WITH (FORMAT csv);\n1\n\\.\n"],
    ["without rows", "copy a from stdin;"],
  ])("is refused by name %s", async (_form, sql) => {
    const release = await readRelease(filesOf({ "1_a.sql": sql }));
    const [finding] = release.findings;
    expect(finding).toMatchObject({ code: "release.opaque", severity: "error" });
    expect(finding?.message).toMatch(/COPY … FROM stdin/);
  });
});
