import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Room → rooms it may import from, and packages it may use. The longest matching prefix decides. */
const RULES: readonly { room: string; rooms: readonly string[]; packages: readonly RegExp[] }[] = [
  {
    room: "lib/core",
    rooms: ["lib/core"],
    packages: [
      /^libpg-query$/,
      /^web-tree-sitter$/,
      /^tree-sitter-rust$/,
      /^canonicalize$/,
      /^zod$/,
      /^node:crypto$/,
      /^@pgsql\/types$/,
      /^pgsql-deparser$/,
    ],
  },
  { room: "lib/ports", rooms: ["lib/ports", "lib/core"], packages: [] },
  { room: "lib/steps", rooms: ["lib/steps", "lib/ports", "lib/core"], packages: [/^zod$/] },
  { room: "lib/adapters", rooms: ["lib/adapters", "lib/ports", "lib/core"], packages: [/./] },
  {
    room: "lib/review",
    rooms: ["lib/review", "lib/steps", "lib/adapters", "lib/ports", "lib/core"],
    packages: [/^hono/, /^node:crypto$/, /^zod$/],
  },
  {
    room: "lib/infra",
    rooms: ["lib/infra", "lib/core/approval"],
    packages: [/^aws-cdk-lib/, /^constructs$/, /^cdk-nag$/, /^node:/],
  },
  {
    room: "lib/api",
    rooms: ["lib/api", "lib/steps", "lib/adapters", "lib/ports", "lib/core"],
    packages: [/^node:/, /^yaml$/],
  },
  { room: "lib/cli", rooms: ["lib", "functions"], packages: [/./] },
  {
    room: "functions",
    rooms: ["functions", "lib/steps", "lib/adapters", "lib/ports", "lib/core", "lib/review"],
    packages: [/^zod$/, /^hono/],
  },
  {
    room: "functions/aws",
    rooms: ["functions", "lib/steps", "lib/adapters", "lib/ports", "lib/core", "lib/review"],
    packages: [/^zod$/, /^hono/, /^aws-lambda$/, /^@aws-lambda-powertools\//],
  },
  { room: "bin", rooms: ["bin", "lib", "functions"], packages: [/./] },
];

function sources(directory: string): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): { specifier: string; typeOnly: boolean }[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = [
    ...text.matchAll(
      /^\s*(?:import|export)\s+(type\s)?[^"';]*?from\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm,
    ),
  ];
  return found.map((match) => ({
    specifier: match[2] ?? match[3] ?? match[4] ?? "",
    typeOnly: match[1] !== undefined,
  }));
}

describe("who may import whom", () => {
  const files = ["lib", "functions", "bin"].flatMap(sources);

  it("finds the house", () => {
    expect(files.length).toBeGreaterThan(10);
  });

  it.each(files)("%s", (file) => {
    const rule = RULES.filter((candidate) => file.startsWith(`${candidate.room}/`)).sort(
      (a, b) => b.room.length - a.room.length,
    )[0];
    // lib/index.ts is the package's front door; it may open every room.
    if (!rule) return expect(file).toBe("lib/index.ts");
    for (const { specifier } of importsOf(file)) {
      if (specifier.startsWith(".")) {
        const target = relative(root, resolve(root, dirname(file), specifier));
        expect(
          rule.rooms.some((room) => target.startsWith(`${room}/`)),
          `${file} imports ${target}`,
        ).toBe(true);
      } else {
        expect(
          rule.packages.some((pattern) => pattern.test(specifier)),
          `${file} imports ${specifier}`,
        ).toBe(true);
      }
    }
  });

  it.each(files.filter((file) => file.startsWith("lib/core/")))(
    "%s has no clock, randomness or environment",
    (file) => {
      const text = readFileSync(join(root, file), "utf8");
      expect(text).not.toMatch(
        /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.(env|argv|cwd)\b|\brandomBytes\b|\brandomUUID\b/,
      );
    },
  );
});
