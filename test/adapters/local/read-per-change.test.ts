import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { artifactsFolder } from "../../../lib/adapters/local/artifacts-folder.js";
import { PRIVATE } from "../../../lib/adapters/local/private-files.js";
import { readPerChange } from "../../../lib/adapters/local/read-per-change.js";
import { WrittenRecord } from "../../../lib/adapters/local/written-record.js";
import { TamperedError } from "../../../lib/ports/tampered.js";
import { temporaryFolder } from "../../review/harness.js";

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

function opened() {
  const folder = temporaryFolder();
  const record = new WrittenRecord(join(folder, "written"), PRIVATE);
  const artifacts = artifactsFolder(join(folder, "run"), { record });
  const read = vi.fn(artifacts.get);
  return { artifacts, read, fresh: readPerChange({ ...artifacts, get: read as typeof artifacts.get }) };
}

it("reads a file once until it changes", async () => {
  const { artifacts, read, fresh } = opened();
  await artifacts.put("a.json", { list: [1] });
  vi.advanceTimersByTime(10_000);
  for (let at = 0; at < 3; at++) expect(await fresh.get("a.json")).toEqual({ list: [1] });
  expect(read).toHaveBeenCalledTimes(1);
  await artifacts.put("a.json", { list: [2] });
  expect(await fresh.get("a.json")).toEqual({ list: [2] });
  expect(await fresh.get("none.json")).toBeNull();
});

it("reads a file again that changed only now, since the next change may have the same time", async () => {
  const { artifacts, read, fresh } = opened();
  vi.setSystemTime(Date.now());
  await artifacts.put("a.json", 1);
  await fresh.get("a.json");
  await fresh.get("a.json");
  expect(read).toHaveBeenCalledTimes(2);
});

it.each<[string, (path: string) => void]>([
  ["other text of the same length", (path) => writeFileSync(path, '{"a":2}\n')],
  ["no file", (path) => rmSync(path)],
  [
    "another file",
    (path) => {
      writeFileSync(`${path}.other`, '{"a":2}\n');
      renameSync(`${path}.other`, path);
    },
  ],
])("believes nothing that it has not read: %s", async (_, change) => {
  const { artifacts, fresh } = opened();
  await artifacts.put("a.json", { a: 1 });
  vi.advanceTimersByTime(10_000);
  expect(await fresh.get("a.json")).toEqual({ a: 1 });
  change(artifacts.locate("a.json"));
  await expect(fresh.get("a.json")).rejects.toThrow(TamperedError);
});

it("shares what nobody can change", async () => {
  const { artifacts, fresh } = opened();
  await artifacts.put("a.json", { list: [1] });
  const value = await fresh.get<{ list: number[] }>("a.json");
  expect(() => value?.list.push(2)).toThrow(TypeError);
});
