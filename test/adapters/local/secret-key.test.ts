import { statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LINK_KEY, secretKey } from "../../../lib/adapters/local/secret-key.js";
import { temporaryFolder } from "../../review/harness.js";

it("is made once, by whoever comes first, for its owner alone", async () => {
  const folder = join(temporaryFolder(), "keys");
  const keys = await Promise.all(Array.from({ length: 8 }, () => secretKey(folder, LINK_KEY)));
  expect(new Set(keys.map((key) => key.toString("hex"))).size).toBe(1);
  expect(keys[0]).toHaveLength(32);
  expect(await secretKey(folder, LINK_KEY)).toEqual(keys[0]);
  expect(await readdir(folder)).toEqual(["approval-links.key"]);
  expect(statSync(join(folder, "approval-links.key")).mode & 0o077).toBe(0);
});
