import { describe, expect, it } from "vitest";
import { tomlSettings } from "../../../../lib/core/release/conventions/toml-settings.js";
import { readRelease } from "../../../../lib/core/release/read-release.js";

async function findings(toml: string, sql = "create table a (id int);\n", path = "../sqlx.toml") {
  const files = [
    { path: "1_a.sql", text: sql },
    { path: "../Cargo.toml", text: '[dependencies]\nsqlx = "0.9"\n' },
    { path, text: toml },
  ].map(({ path: at, text }) => ({ path: at, bytes: Buffer.from(text), above: ["home", "shop", "migrations"] }));
  const release = await readRelease(files);
  expect(release.convention).toBe("sqlx");
  return release.findings
    .filter(({ severity }) => severity === "error")
    .map(({ code, message }) => ({ code, message }));
}

describe("sqlx.toml", () => {
  it.each([
    ['[migrate]\ntable-name = "shop._sqlx_migrations"', "migrate.table-name"],
    ["[migrate]\ntable-name = 'ledger' # ours", "migrate.table-name"],
    ['migrate.table-name = "ledger"', "migrate.table-name"],
    ['"migrate"."table-name" = "ledger"', "migrate.table-name"],
    ['migrate = { table-name = "ledger" }', "migrate.table-name"],
    ['[common]\ndatabase-url-var = "X"\n[ migrate ]\n"table-name" = """ledger"""', "migrate.table-name"],
    ['[migrate]\n"table-name" = "a\\qb"', "is not TOML"],
    ['[migrate]\ncreate-schemas = ["shop"]', "migrate.create-schemas"],
    ['[migrate]\ncreate-schemas = [\n  "shop", # ours\n]', "migrate.create-schemas"],
    ['[migrate]\nignored-chars = ["\\n"]', "migrate.ignored-chars"],
    ['[migrate]\nignored-chars = ["\\r", " "]', "migrate.ignored-chars"],
    ['[migrate]\nmigrations-dir = "db/migrations"', "migrate.migrations-dir"],
    ["[migrate]\nlocking = false", "migrate.locking"],
    ['[[migrate]]\ntable-name = "ledger"', "migrate.table-name"],
    ["migrate {", "is not TOML"],
  ])("is refused by name: %s", async (toml, name) => {
    const [found, ...more] = await findings(toml);
    expect([found?.code, more]).toEqual(["release.not-supported", []]);
    expect(found?.message).toContain(`../sqlx.toml ${name.startsWith("is") ? name : `sets ${name}:`}`);
  });

  it.each([
    ["", undefined],
    ['# table-name = "x"\n[migrate] # none\n', undefined],
    ["[migrate]\ntable-name = \"_sqlx_migrations\"\ncreate-schemas = []\nmigrations-dir = './migrations/'", undefined],
    ["[migrate]\ntable-name = '\"_sqlx_migrations\"'", undefined],
    ['[migrate]\nignored-chars = ["\\r"]', undefined],
    ['[migrate]\nmigrations-dir = "shop/migrations"', "../../sqlx.toml"],
    ['[migrate]\nmigrations-dir = "."', "sqlx.toml"],
    [
      '[migrate.defaults]\nmigration-type = "reversible"\n[migrate]\ndefaults.migration-versioning = "sequential"',
      undefined,
    ],
    ["[macros]\ntable-overrides.'foo'.'bar' = \"crate::Bar\"\n[macros.type-overrides]\n'uuid' = 'x'", undefined],
    ['[common]\ntable-name = "x"\ncount = 1_000\nlist = [1, [2]]'.replace(", [2]", ""), undefined],
  ])("passes where it changes nothing here: %s", async (toml, path) => {
    expect(await findings(toml, undefined, path)).toEqual([]);
  });

  it("counts carriage returns in the migrations", async () => {
    const codes = await findings('[migrate]\nignored-chars = ["\\r"]', "create table a (id int);\r\n");
    expect(codes.map(({ code }) => code)).toEqual(["release.not-supported"]);
  });

  it("applies the nearest one", async () => {
    const files = (inner: string) => [
      { path: "1_a.sql", bytes: Buffer.from("create table a (id int);") },
      { path: "../sqlx.toml", bytes: Buffer.from(inner) },
      { path: "../../sqlx.toml", bytes: Buffer.from('[migrate]\ntable-name = "x"') },
    ];
    const codes = async (inner: string) => (await readRelease(files(inner))).findings.map(({ code }) => code);
    expect(await codes("")).toEqual([]);
    expect(await codes('[migrate]\ntable-name = "y"')).toEqual(["release.not-supported"]);
  });
});

describe("the settings of a TOML file", () => {
  it("have their whole path, their value and their line", () => {
    const text = "a = 1\n[b.\"c.d\"] # x\ne = '''f'''\ng = {h = \"\\u00e9\", i = []}\n[[j]]\nk.l = [ 'm',\n \"n\" ]\n";
    expect(tomlSettings(text)).toEqual([
      { path: ["a"], value: "1", line: 1 },
      { path: ["b", "c.d", "e"], value: "f", line: 3 },
      { path: ["b", "c.d", "g", "h"], value: "é", line: 4 },
      { path: ["b", "c.d", "g", "i"], value: [], line: 4 },
      { path: ["j", "k", "l"], value: ["m", "n"], line: 6 },
    ]);
  });

  it.each(["a", "a = ", "[a", "a = [1", "a = { b = 1", "= 1", 'a = "b', "a = [[1]]"])("are null for %s", (text) => {
    expect(tomlSettings(text)).toBe(null);
  });
});
