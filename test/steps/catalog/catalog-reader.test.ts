import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { artifactsFolder } from "../../../lib/adapters/local/artifacts-folder.js";
import type { Artifacts } from "../../../lib/ports/artifacts.js";
import type { Tenant } from "../../../lib/ports/registry.js";
import { CatalogReader, unchangedFingerprint } from "../../../lib/steps/catalog/catalog-reader.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

let folder: string;
let memory: Artifacts;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "memory-"));
  memory = artifactsFolder(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const tenant = (id: string, database: string, schema: string | null = null): Tenant => ({
  id,
  host: "h:1",
  database,
  group: null,
  schema,
});

describe.each(["15", "18"] as const)("the memory of earlier readings on %s", (major) => {
  it("recognises a tenant that did not change, and reads one that did", async () => {
    const { url, name, client } = await temporaryDatabase(major, "create table a (id int)");
    const session = await testSession(url, "read");
    const read = (fresh = false) => new CatalogReader(memory, fresh).read(session, tenant("acme", name));
    const first = await read();
    expect(first.unchanged).toBe(false);
    await client.query("insert into a select generate_series(1, 1000); analyze a");
    const second = await read();
    expect(second).toEqual({ ...first, unchanged: true });
    expect(await read(true)).toEqual({ ...first, unchanged: false });
    await client.query("alter table a add column b text");
    const changed = await read();
    expect(changed.unchanged).toBe(false);
    expect(changed.fingerprint).not.toBe(first.fingerprint);
    expect((await read()).unchanged).toBe(true);
  });

  it("never takes one tenant's value for another's, nor for a tenant that moved", async () => {
    const { url, name } = await temporaryDatabase(major, "create table a (id int)");
    const session = await testSession(url, "read");
    await new CatalogReader(memory, false).read(session, tenant("acme", name));
    const again = new CatalogReader(memory, false);
    expect((await again.read(session, tenant("beta", name))).unchanged).toBe(false);
    expect((await again.read(session, tenant("acme", "elsewhere"))).unchanged).toBe(false);
  });

  it("reads again when the kept catalog is gone, and keeps nothing without a memory", async () => {
    const { url, name } = await temporaryDatabase(major, "create table a (id int)");
    const session = await testSession(url, "read");
    const first = await new CatalogReader(memory, false).read(session, tenant("acme", name));
    rmSync(join(folder, "catalog", `${first.fingerprint}.json`));
    expect((await new CatalogReader(memory, false).read(session, tenant("acme", name))).unchanged).toBe(false);
    const without = new CatalogReader(null, false);
    await without.read(session, tenant("acme", name));
    expect((await without.read(session, tenant("acme", name))).unchanged).toBe(false);
  });

  it("answers for a tenant alone only while nothing moved since that tenant's last reading", async () => {
    const { url, name, client } = await temporaryDatabase(major, "create table a (id int); create schema s");
    const session = await testSession(url, "read");
    const acme = tenant("acme", name);
    expect(await unchangedFingerprint(memory, session, acme)).toBeNull();
    const { fingerprint } = await new CatalogReader(memory, false).read(session, acme);
    await client.query("insert into a values (1); analyze a");
    expect(await unchangedFingerprint(memory, session, acme)).toBe(fingerprint);
    expect(await unchangedFingerprint(null, session, acme)).toBeNull();
    expect(await unchangedFingerprint(memory, session, tenant("beta", name))).toBeNull();
    expect(await unchangedFingerprint(memory, session, tenant("acme", "elsewhere"))).toBeNull();
    await new CatalogReader(memory, false).read(session, tenant("one", name, "s"));
    expect(await unchangedFingerprint(memory, session, tenant("one", name, "s"))).toBeNull();
    await client.query("comment on table a is 'changed'");
    expect(await unchangedFingerprint(memory, session, acme)).toBeNull();
  });

  it("watches the database for tenants that are schemas of it", async () => {
    const { url, name, client } = await temporaryDatabase(
      major,
      "create schema s1; create table s1.a (id int); create schema s2; create table s2.a (id int)",
    );
    const session = await testSession(url, "read");
    const both = async () => {
      const reader = new CatalogReader(memory, false);
      const one = await reader.read(session, tenant("one", name, "s1"));
      return [one, await reader.read(session, tenant("two", name, "s2"))] as const;
    };
    const [one, two] = await both();
    expect(one.fingerprint).toBe(two.fingerprint);
    expect((await both()).map(({ unchanged }) => unchanged)).toEqual([true, true]);
    await client.query("drop table s2.a");
    const [same, other] = await both();
    expect(same.fingerprint).toBe(one.fingerprint);
    expect(other.fingerprint).not.toBe(two.fingerprint);
  });
});
