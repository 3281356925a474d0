/** A running stand-in for AWS. */
export interface Emulator {
  /** As the docs name it: `LocalStack 4.9.2 in host mode`. */
  readonly name: string;
  readonly endpoint: string;
  /** Whether its functions are processes of this machine, which a test can kill. */
  readonly functionsAreProcesses: boolean;
  /** Context of the app, `key=value`, for what the emulator lacks. */
  readonly context: readonly string[];
  stop(): Promise<void>;
}

/** Why a way to an emulator leads nowhere on this machine. What begins and then breaks throws another error. */
export class NoEmulator extends Error {
  override readonly name = "NoEmulator";
}
