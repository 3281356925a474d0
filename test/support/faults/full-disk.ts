import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Account, examineBlow } from "./account.js";
import type { FaultFleet } from "./fault-fleet.js";

const SIZE_MIB = 160;

/** A small file system can be mounted by root on Linux only. */
export function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  return spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
}

/** Some tenants lie in a tablespace whose disk is full. They stay as they were, and get the release once there is room. */
export async function fullDisk(fleet: FaultFleet, book: Account, rounds: number): Promise<void> {
  const disk = join(fleet.directory, "disk");
  const filler = join(disk, "filler");
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE_MIB}m`, "tmpfs", disk]);
  try {
    const place = join(disk, "data");
    mkdirSync(place, { mode: 0o700 });
    const { uid, gid } = statSync(join(fleet.directory, "server", "data"));
    chownSync(place, uid, gid);
    const struck = fleet.tenants.slice(0, 8);
    await fleet.inDatabase("postgres", async (client) => {
      await client.query(`create tablespace small location '${place}'`);
      for (const id of struck) await client.query(`alter database ${id} set tablespace small`);
    });
    for (let round = 0; round < rounds; round += 1) {
      await fleet.restore();
      fill(filler);
      await fleet.command(["resume"]);
      rmSync(filler);
      const full = struck.filter((id) => fleet.progress(id)?.message?.includes("No space left") === true);
      await examineBlow(fleet, book, full);
      // All have the release now, and need no room for what follows.
      fill(filler);
      const again = await fleet.command(["status", "--fleet"]);
      rmSync(filler);
      if (again.code !== 0) book.wrong.push(`migrated tenants on a full disk are not up to date: ${again.stdout}`);
    }
    await fleet.inDatabase("postgres", async (client) => {
      for (const id of struck) await client.query(`alter database ${id} set tablespace pg_default`);
      await client.query("drop tablespace small");
    });
  } finally {
    execFileSync("umount", ["-l", disk]);
  }
}

/** Until nothing more fits. */
export function fill(path: string): void {
  for (const size of [1 << 20, 1 << 14, 1 << 12]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: "a" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
}
