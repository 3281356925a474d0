import { z } from "zod";

const verdict = z.enum(["exact", "order", "differs", "error", "none"]);

/** What `prove --json` prints. */
export const proveOutput = z
  .strictObject({
    proved: z.boolean().meta({ description: "True when every migration ran and its way back leads back." }),
    server: z.string(),
    convention: z.string(),
    migrations: z.array(
      z.strictObject({
        id: z.string(),
        up: z.enum(["ok", "error", "refused"]),
        rollback: verdict,
        source: z.enum(["author", "inverse", "difference"]).nullable(),
        kept: z.array(z.string()).meta({ description: "Copies that put lost rows back." }),
        losses: z.array(z.string()),
        reasons: z.array(z.string()),
        author: verdict.nullable().meta({ description: "How the author's own down migration did; null without one." }),
        generated: z.boolean().meta({
          description: "Proved over generated rows; false where --seed is absent or no such row is accepted.",
        }),
        ms: z.number(),
      }),
    ),
    unread: z.array(z.string()).meta({ description: "Why files take no part in the proof; empty when all do." }),
  })
  .meta({ id: "prove", title: "schema-gate prove --json" });
