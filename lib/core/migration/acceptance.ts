import type { OpaquePiece } from "./release.js";

/** A piece that the config accepts responsibility for, although it was not understood. */
export interface Acceptance {
  /** SHA-256 of the piece's text, as the finding prints it. */
  readonly hash: string;
  readonly reason: string;
  /** Milliseconds since the epoch; from then on the piece blocks again. */
  readonly expires: number;
}

export interface Acceptances {
  readonly list: readonly Acceptance[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The acceptance of a piece, expired or not; null when there is none. */
export function acceptanceOf(
  piece: Pick<OpaquePiece, "hash">,
  acceptances: Acceptances | undefined,
): { readonly acceptance: Acceptance; readonly expired: boolean } | null {
  const acceptance = acceptances?.list.find((each) => each.hash === piece.hash);
  if (!acceptance || !acceptances) return null;
  return { acceptance, expired: acceptance.expires <= acceptances.now };
}
