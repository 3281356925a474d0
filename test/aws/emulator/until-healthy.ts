const PATIENCE_MS = 60_000;

/** Resolves when LocalStack answers. `gone` says why it never will, or null while it may. Throws when it does not answer. */
export async function untilHealthy(endpoint: string, gone: () => string | null): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const answer = await fetch(`${endpoint}/_localstack/health`, { signal: AbortSignal.timeout(5000) }).catch(
      () => null,
    );
    if (answer?.ok) return;
    const why = gone() ?? (Date.now() > deadline ? `no answer within ${PATIENCE_MS / 1000} s` : null);
    if (why !== null) throw new Error(`LocalStack at ${endpoint}: ${why}`);
  }
}
