/** Bytes as UTF-8, keeping a byte order mark; null when they are not UTF-8, where a lenient decoder would hide a change. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
