import { z } from "zod";
import { type SnapshotAddress, snapshotKey } from "../../core/staging/snapshot.js";
import type { Step } from "../run/step.js";

const input = z.object({
  run: z.string(),
  snapshot: z.string(),
  host: z.string(),
  address: z.string().min(1),
  port: z.int().min(1).max(65_535),
});

interface Output {
  readonly ok: true;
  readonly scope: string;
}

/** From here on the clones and scratch databases of a host's tenants are created on its copy. */
export const useSnapshot: Step<z.infer<typeof input>, Output> = {
  name: "use-snapshot",
  input,
  settled: () => true,
  async run(ports, { snapshot, host, address, port }) {
    await ports.artifacts.put(snapshotKey(host), { host: address, port } satisfies SnapshotAddress);
    return { ok: true, scope: snapshot };
  },
};
