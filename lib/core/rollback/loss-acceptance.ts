/** Findings about a way back that does not exist, which a config may accept for one migration. */
export const ACCEPTABLE_LOSSES = ["rollback.impossible", "rollback.kept-too-large"] as const;
export type AcceptableLoss = (typeof ACCEPTABLE_LOSSES)[number];

/** Somebody takes it on that one migration cannot be taken back. */
export interface LossAcceptance {
  readonly code: AcceptableLoss;
  /** Version of the migration. */
  readonly migration: string;
  readonly reason: string;
  /** Milliseconds since the epoch; from then on the loss blocks again. */
  readonly expires: number;
}

export interface LossAcceptances {
  readonly list: readonly LossAcceptance[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export const NO_ACCEPTANCES: LossAcceptances = { list: [], now: 0 };

/** The acceptance for a migration's loss, whether it still holds or not; null when there is none. */
export function lossAcceptanceOf(
  code: AcceptableLoss,
  migration: string,
  acceptances: LossAcceptances,
): { readonly acceptance: LossAcceptance; readonly expired: boolean } | null {
  const acceptance = acceptances.list.find((each) => each.code === code && each.migration === migration);
  return acceptance ? { acceptance, expired: acceptance.expires <= acceptances.now } : null;
}
