import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { doctorOutput } from "../../lib/cli/json/doctor.js";
import { schemaGate } from "../support/captured-io.js";
import { temporaryDatabase } from "../support/postgres.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "doctor-"));
  mkdirSync(join(root, "migrations"));
  writeFileSync(join(root, "migrations", "1_a.sql"), "CREATE TABLE t (id int);\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function config(tenants: string): void {
  writeFileSync(join(root, "tenants.csv"), `id,url\n${tenants}`);
  writeFileSync(
    join(root, "schema-gate.yaml"),
    "migrations: migrations\nregistry: { file: tenants.csv }\nstaging: { mode: same host }\n",
  );
}

async function doctor(...argv: string[]) {
  const { code, stdout, stderr } = await schemaGate(root, ["doctor", "--json", ...argv], {
    env: { SCHEMA_GATE_STATE: join(root, "state") },
  });
  const output = doctorOutput.parse(JSON.parse(stdout));
  const named = (status: string) => output.checks.filter((check) => check.status === status).map((check) => check.name);
  return { code, stderr, output, errors: named("error"), warnings: named("warning") };
}

describe("doctor", () => {
  it("looks at this machine alone when there is no config", async () => {
    const { code, errors, warnings, output } = await doctor();
    expect({ code, errors, warnings }).toEqual({ code: 0, errors: [], warnings: ["config"] });
    expect(output.checks.at(-1)?.remedy).toBe("schema-gate init");
  });

  it("finds nothing wrong where all is well", async () => {
    const [one, two] = [await temporaryDatabase("18"), await temporaryDatabase("15")];
    config(`a,${one.url}\nb,${two.url}\n`);
    const { code, errors, warnings, output } = await doctor("--all");
    expect({ code, errors, warnings }).toEqual({ code: 0, errors: [], warnings: [] });
    expect(output.checks.map((check) => check.message)).toEqual(
      expect.arrayContaining([
        "2 tenants on 2 hosts",
        "all 2 tenants can be reached",
        "PostgreSQL 18",
        "PostgreSQL 15",
      ]),
    );
  });

  it("warns of an approver who has no way to decide", async () => {
    config("");
    const path = join(root, "schema-gate.yaml");
    const approvers = (...ids: string[]) =>
      `approval: { approvers: [${ids.map((id) => `{ id: ${id} }`).join(", ")}] }\n`;
    const before = readFileSync(path, "utf8");
    writeFileSync(path, before + approvers("root"));
    expect((await doctor()).warnings).toEqual([]);
    writeFileSync(path, before + approvers("root", "nobody-of-that-name"));
    const { warnings, output } = await doctor();
    expect(warnings).toEqual(["approvers"]);
    expect(output.checks.find(({ name }) => name === "approvers")?.message).toBe(
      "nobody-of-that-name has no login on this machine, and no link is sent to them.",
    );
  });

  it("says which tenant cannot be reached, and shows no password", async () => {
    const database = await temporaryDatabase("18");
    config(
      `a,${database.url}\nb,${database.url.replace(database.name, "nothing_here")}\nc,postgres://u:hunter2@127.0.0.1:1/x\n`,
    );
    const { code, errors, output } = await doctor("--all");
    expect(code).toBe(1);
    expect(errors).toEqual(["127.0.0.1:1 (tenant c)", "tenant b", "tenant c"]);
    expect(JSON.stringify(output)).not.toContain("hunter2");
    const text = await schemaGate(root, ["doctor", "--all"]);
    expect(text.stdout).toContain("✗ tenant b: It could not be reached");
    expect(text.stdout).toContain("one unknown tenant blocks the release");
  });

  it("says what is wrong with the registry and the migrations", async () => {
    config("a,env:NO_SUCH_URL\n");
    rmSync(join(root, "migrations", "1_a.sql"));
    const { code, errors } = await doctor();
    expect({ code, errors }).toEqual({ code: 1, errors: ["migrations", "registry"] });
  });

  it("refuses a signing key that others may read", async () => {
    mkdirSync(join(root, ".schema-gate"));
    mkdirSync(join(root, "state", "keys"), { recursive: true });
    writeFileSync(join(root, "state", "keys", "audit-key.pem"), "x");
    chmodSync(join(root, "state", "keys", "audit-key.pem"), 0o644);
    expect(await doctor()).toMatchObject({ code: 1, errors: ["signing key"] });
  });

  it("answers 2 for a config that is not valid", async () => {
    writeFileSync(join(root, "schema-gate.yaml"), "migrations: 7\n");
    expect(await schemaGate(root, ["doctor"])).toMatchObject({ code: 2 });
  });
});
