import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { s3Artifacts } from "../../../lib/adapters/aws/s3-artifacts.js";
import { artifactsFolder } from "../../../lib/adapters/local/artifacts-folder.js";
import { PRIVATE } from "../../../lib/adapters/local/private-files.js";
import { WrittenRecord } from "../../../lib/adapters/local/written-record.js";
import type { Artifacts } from "../../../lib/ports/artifacts.js";
import { temporaryFolder } from "../../review/harness.js";
import { simulatedStore } from "../../support/aws/services.js";

function recorded(folder: string): Artifacts {
  return artifactsFolder(join(folder, "run"), { record: new WrittenRecord(join(folder, "written"), PRIVATE) });
}

const ADAPTERS: readonly [string, () => Promise<Artifacts>][] = [
  ["a folder", async () => artifactsFolder(temporaryFolder())],
  ["a folder with a record", async () => recorded(temporaryFolder())],
  ["S3 (simulated)", async () => s3Artifacts((await simulatedStore()).store, "runs/one")],
];

describe.each(ADAPTERS)("artifacts in %s", (_, open) => {
  it("give back what was put, and replace it whole", async () => {
    const artifacts = await open();
    const value = { name: 'café 🦊 "quoted"', list: [1, null, true] };
    await artifacts.put("a/b.json", { other: "x".repeat(5000) });
    await artifacts.put("a/b.json", value);
    expect(await artifacts.get("a/b.json")).toEqual(value);
    expect(await artifacts.getText("a/b.json")).toBe(`${JSON.stringify(value)}\n`);
    await artifacts.putText("report.html", "<p>ü</p>");
    expect(await artifacts.getText("report.html")).toBe("<p>ü</p>");
  });

  it("know what is not there", async () => {
    const artifacts = await open();
    expect(await artifacts.get("none.json")).toBeNull();
    expect(await artifacts.getText("none.json")).toBeNull();
    expect(await artifacts.has("none.json")).toBe(false);
    expect(await artifacts.list("none")).toEqual([]);
    await artifacts.put("some.json", 1);
    expect(await artifacts.has("some.json")).toBe(true);
  });

  it("let one of many writers create", async () => {
    const artifacts = await open();
    const made = await Promise.all(Array.from({ length: 12 }, (_, index) => artifacts.create("once.json", index)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await artifacts.get("once.json")).toBe(made.indexOf(true));
  });

  it("list a folder, however many files it has, and no sister of it", async () => {
    const artifacts = await open();
    const keys = Array.from({ length: 11 }, (_, index) => `results/Probe/all-0-${index}.json`);
    for (const key of keys) await artifacts.put(key, 1);
    await artifacts.put("results/Probes/other.json", 1);
    await artifacts.put(`tenants/${encodeURIComponent("ünïcode/ten ant")}.json`, 1);
    expect(await artifacts.list("results/Probe")).toEqual([...keys].sort());
    expect(await artifacts.list("tenants")).toEqual(["tenants/%C3%BCn%C3%AFcode%2Ften%20ant.json"]);
  });

  it("refuse a key that leaves their folder", async () => {
    const artifacts = await open();
    await expect((async () => artifacts.put("../outside.json", 1))()).rejects.toThrow("leaves its folder");
  });
});

describe("artifacts of one folder, which two processes follow by the same record", () => {
  it("are believed while they are written", async () => {
    const folder = temporaryFolder();
    const [one, other] = [recorded(folder), recorded(folder)];
    for (let round = 0; round < 300; round++) {
      const key = `a/${round}.json`;
      const reads = [one, other].flatMap((each) => [each.has(key), each.get(key), each.list("a")]);
      const writes = [one.create(key, round), other.create(key, round), one.put(`b/${round % 3}.json`, round)];
      const again = [other.get(`b/${round % 3}.json`), one.has(key), other.list("b")];
      await Promise.all([...reads, ...writes, ...again]);
      expect(await other.get(key)).toBe(round);
    }
  });

  it("go on where the record's last line was cut off, and are not believed less strictly", async () => {
    const folder = temporaryFolder();
    const [record, b] = [join(folder, "written"), join(folder, "run", "b.json")];
    const follower = recorded(folder);
    await recorded(folder).put("a.json", 1);
    appendFileSync(record, '["w","b.json","12');
    expect(await follower.get("a.json")).toBe(1);
    await recorded(folder).put("b.json", 2);
    for (const artifacts of [follower, recorded(folder)]) {
      expect([await artifacts.get("a.json"), await artifacts.get("b.json")]).toEqual([1, 2]);
    }
    writeFileSync(b, "3\n");
    await expect(follower.get("b.json")).rejects.toThrow("is not what the gate wrote there");
    // Only its beginning is known: one of the two was there.
    writeFileSync(record, readFileSync(record, "utf8").slice(0, -3));
    await expect(recorded(folder).get("b.json")).rejects.toThrow("was not written by this gate");
    writeFileSync(b, "2\n");
    expect(await recorded(folder).get("b.json")).toBe(2);
  });
});
