import type { Notifier } from "../../ports/notifier.js";

/** Combines several notifiers: each is called, and all their deliveries are reported. */
export function severalNotifiers(notifiers: readonly Notifier[]): Notifier {
  return {
    approvalRequested: async (notice) =>
      (await Promise.all(notifiers.map((notifier) => notifier.approvalRequested(notice)))).flat(),
    ended: async (notice) => (await Promise.all(notifiers.map((notifier) => notifier.ended(notice)))).flat(),
  };
}
