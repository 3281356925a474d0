/** Something that the gate wrote is not as it was left: changed, restored, added or gone. Nothing continues from there. */
export class TamperedError extends Error {
  override readonly name = "TamperedError";
}
