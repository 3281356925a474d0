/** Wrong usage or config. The command line ends with 2 for it, without a stack trace. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** The next command or edit. */
  readonly next: string | null;

  constructor(message: string, next: string | null = null) {
    super(message);
    this.next = next;
  }
}
