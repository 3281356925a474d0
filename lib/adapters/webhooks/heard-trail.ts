import type { AuditEvent } from "../../core/audit/chain.js";
import type { AuditTrail } from "../../ports/audit.js";

/** Gets the whole trail each time it has grown. Never throws and never waits. */
export type Listener = (events: readonly AuditEvent[]) => void;

/** A trail with a listener, starting from what it already holds. */
export async function heardTrail(trail: AuditTrail, listener: Listener | undefined): Promise<AuditTrail> {
  if (listener === undefined) return trail;
  const tell = async () => listener(await trail.events());
  await tell();
  return {
    events: () => trail.events(),
    async append(note) {
      const event = await trail.append(note);
      await tell();
      return event;
    },
    async close(signer) {
      const seal = await trail.close(signer);
      await tell();
      return seal;
    },
  };
}
