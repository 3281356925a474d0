import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { freePort } from "../../lib/adapters/local/free-port.js";

/** Without it, tests say that they are skipped. */
export const POOLER_INSTALLED = spawnSync("pgbouncer", ["--version"]).status === 0;

/** PgBouncer in transaction mode before a server, with two connections for everybody. Returns the URL through it. */
export async function pooled(url: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "pgbouncer-"));
  const { hostname, port, username, password, pathname } = new URL(url);
  const own = await freePort();
  const ini = `[databases]
* = host=${hostname} port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
`;
  writeFileSync(join(directory, "pgbouncer.ini"), ini, { mode: 0o644 });
  const root = process.getuid?.() === 0;
  if (root) spawnSync("chmod", ["755", directory]);
  const child = spawn("pgbouncer", [...(root ? ["-u", "nobody"] : []), join(directory, "pgbouncer.ini")]);
  onTestFinished(() => {
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  });
  await new Promise<void>((resolve, reject) => {
    const text: string[] = [];
    child.once("exit", () => reject(new Error(text.join(""))));
    child.stderr.on("data", (data) => {
      text.push(String(data));
      if (/process up/.test(text.join(""))) resolve();
    });
  });
  return `postgres://${username}:x@127.0.0.1:${own}${pathname}`;
}
