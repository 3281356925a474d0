import { z } from "zod";
import { auditEventSchema } from "../../core/audit/event.js";
import { findingSchema } from "../../core/evidence/finding-schema.js";

/** What `audit verify --json` prints. */
export const auditVerifyOutput = z
  .strictObject({
    run: z.string(),
    verdict: z
      .enum(["whole", "unanchored", "broken"])
      .meta({ description: "unanchored: it is consistent, but was compared with nothing that was kept elsewhere." }),
    whole: z.boolean(),
    comparedWith: z.array(z.string()),
    events: z.int(),
    tenantRecords: z.int(),
    files: z.int(),
    key: z.string().nullable().meta({ description: "SHA-256 of the public key (DER) that sealed the run." }),
    keyTrusted: z.boolean().meta({ description: "True when that key was compared with the one given by --key." }),
    findings: z.array(findingSchema),
  })
  .meta({ id: "audit-verify", title: "schema-gate audit verify --json" });

/** What `audit prove --json` prints. */
export const auditProveOutput = z
  .strictObject({
    run: z.string(),
    tenant: z.string(),
    proofs: z.array(
      z.strictObject({
        event: z.int().meta({ description: "seq of the event whose digest is the root." }),
        leaf: z.looseObject({ tenant: z.string(), phase: z.string(), status: z.string() }),
        index: z.int(),
        size: z.int(),
        proof: z.array(z.string()).meta({ description: "Sibling hashes from the leaf up (RFC 6962)." }),
        root: z.string(),
      }),
    ),
  })
  .meta({ id: "audit-prove", title: "schema-gate audit prove --json" });

/** What `audit show --json` prints. */
export const auditShowOutput = z
  .strictObject({
    run: z.string(),
    events: z.array(auditEventSchema),
    records: z
      .array(z.looseObject({ tenant: z.string(), phase: z.string(), status: z.string() }))
      .meta({ description: "With --tenant: what each phase recorded of it." }),
  })
  .meta({ id: "audit-show", title: "schema-gate audit show --json" });

/** What `audit send --json` prints. */
export const auditSendOutput = z
  .strictObject({
    sent: z.array(
      z.strictObject({
        run: z.string(),
        webhook: z.string().meta({ description: "Host of its URL." }),
        sent: z.int().meta({ description: "Events that it took now." }),
        left: z.int().meta({ description: "Events that it still lacks." }),
        reason: z.string().nullable().meta({ description: "Why it lacks them; null when it lacks none." }),
      }),
    ),
  })
  .meta({ id: "audit-send", title: "schema-gate audit send --json" });
