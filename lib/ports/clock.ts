export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  monotonic(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
