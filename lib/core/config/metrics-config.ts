import { z } from "zod";
import { OWN_LABELS } from "../report/prometheus.js";

/** Metrics for the textfile collector of Prometheus' node exporter. */
export const metricsSchema = z.strictObject({
  textfile: z
    .string()
    .refine((path) => path.endsWith(".prom"), "expected a file that ends in .prom: the node exporter reads no other")
    .describe("file for the node exporter's textfile collector, relative to this config; replaced as a whole"),
  labels: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of a label")
        .refine(
          (name) => !name.startsWith("__") && !OWN_LABELS.includes(name),
          `a label of the gate's own: ${OWN_LABELS.join(", ")}`,
        ),
      z.string(),
    )
    .default({})
    .describe("labels of every metric, where several configs write on one machine"),
});
