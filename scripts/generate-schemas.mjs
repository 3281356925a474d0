// Writes schemas/*.schema.json from the zod schemas; a test fails if a file is stale.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { schemaFiles } from "../dist/lib/cli/json/schemas.js";

const folder = fileURLToPath(new URL("../schemas/", import.meta.url));
for (const [name, text] of schemaFiles()) writeFileSync(`${folder}${name}`, text);
execFileSync("npx", ["biome", "format", "--write", folder], { stdio: "inherit" });
