import { z } from "zod";
import type { Catalog } from "../../core/catalog/catalog.js";
import { digest } from "../../core/json.js";
import type { Release } from "../../core/migration/release.js";
import { plural } from "../../core/plural.js";
import { planRollback as planOf } from "../../core/rollback/plan-rollback.js";
import { loadParser } from "../../core/sql/parse.js";
import { artifact, type ClusterRecord, need } from "../run/records.js";
import type { Step } from "../run/step.js";

const input = z.object({ run: z.string() });

interface Output {
  readonly clusters: number;
}

/** The candidate ways back of every cluster, from its own schema before the release. The dry run proves one. */
export const planRollback: Step<z.infer<typeof input>, Output> = {
  name: "plan-rollback",
  input,
  settled: () => true,
  async run(ports) {
    await loadParser();
    const release = await need<Release>(ports, artifact.release);
    const all = await need<readonly ClusterRecord[]>(ports, artifact.clusters);
    const clusters = all.filter(({ pending }) => pending.length > 0);
    const digests: string[] = [];
    for (const cluster of clusters) {
      const before = await need<Catalog>(ports, artifact.catalog(cluster.fingerprint));
      const migrations = release.migrations.filter((migration) => cluster.pending.includes(migration.version));
      const plan = planOf({ cluster: cluster.id, migrations, before });
      await ports.artifacts.put(artifact.rollback(cluster.id), plan);
      digests.push(digest(plan));
    }
    ports.events.emit({ type: "result", phase: "Plan rollback", text: plural(clusters.length, "cluster") });
    await ports.audit.append({
      actor: "schema-gate",
      action: "step.finished",
      subject: { kind: "phase", name: "PlanRollback" },
      digest: digest(digests),
      details: { clusters: clusters.length },
    });
    return { clusters: clusters.length };
  },
};
