/** Findings about a missing way back that a config may accept for one migration. */
export const ACCEPTABLE_LOSSES = ["rollback.impossible", "rollback.kept-too-large"] as const;
export type AcceptableLoss = (typeof ACCEPTABLE_LOSSES)[number];

/** Somebody accepts that one migration cannot be undone. */
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

/** The acceptance of a migration's loss, expired or not; null when there is none. */
export function lossAcceptanceOf(
  code: AcceptableLoss,
  migration: string,
  acceptances: LossAcceptances,
): { readonly acceptance: LossAcceptance; readonly expired: boolean } | null {
  const acceptance = acceptances.list.find((each) => each.code === code && each.migration === migration);
  return acceptance ? { acceptance, expired: acceptance.expires <= acceptances.now } : null;
}
