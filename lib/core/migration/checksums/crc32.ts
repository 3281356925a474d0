const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/**
 * Flyway's checksum of a script: CRC-32 over its lines without line ends, as a signed 32-bit number. A byte order mark is not part of the text.
 * Source: Flyway documentation, "Checksum calculation".
 */
export function flywayChecksum(text: string): number {
  let value = 0xffffffff;
  for (const line of linesOf(text)) {
    for (const byte of Buffer.from(line, "utf8")) value = (value >>> 8) ^ (TABLE[(value ^ byte) & 0xff] ?? 0);
  }
  return (value ^ 0xffffffff) | 0;
}

/** As a line reader returns them: a line end at the very end of the text does not start another line. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
