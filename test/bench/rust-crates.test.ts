import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readReleaseFolder } from "../../lib/adapters/local/release-folder.js";
import { readRelease } from "../../lib/core/release/read-release.js";
import { CRATES } from "./prove/crates.js";

const CORPUS = process.env.SCHEMA_GATE_CORPUS ?? "";
const present = CRATES.filter(({ name, folder }) => existsSync(join(CORPUS, name, folder)));
const short = (reason: string) => reason.replace(/[:(].*$/s, "").slice(0, 60);

describe.runIf(CORPUS !== "")("public crates with SeaORM, sea-query or barrel", () => {
  it.each(present)("$name $folder", { timeout: 600_000 }, async ({ name, folder }) => {
    const release = await readRelease(await readReleaseFolder(join(CORPUS, name, folder)), { application: false });
    const { understood, pieces } = release.coverage;
    const down = release.findings.filter(({ code }) => code === "release.down-opaque").length;
    const others = release.findings.filter(({ severity, code }) => severity === "error" && code !== "release.opaque");
    console.log(`| ${name} | ${release.migrations.length} | ${understood} | ${pieces.length} | ${down} |`);
    const reasons = new Map<string, number>();
    for (const { reason } of pieces) reasons.set(short(reason), (reasons.get(short(reason)) ?? 0) + 1);
    for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1])) console.log(`  ${count} × ${reason}`);
    for (const { code } of others) console.log(`  ${code}`);
    expect(release.migrations.length).toBeGreaterThan(0);
  });
});

it.runIf(CORPUS === "")("is skipped: SCHEMA_GATE_CORPUS names no folder with public crates", () => {
  console.log("Set SCHEMA_GATE_CORPUS to a folder with checkouts, each under its own name, to read their migrations.");
});
