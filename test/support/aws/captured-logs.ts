/** Lines of JSON from now on: Powertools writes them to standard output and, what failed, to standard error, past the console. */
export function capturedLogs(): readonly string[] {
  const lines: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = ((chunk: unknown, ...rest: unknown[]) => {
      const text = String(chunk);
      if (!text.startsWith("{")) return write(chunk as string, ...(rest as []));
      lines.push(text);
      return true;
    }) as typeof stream.write;
  }
  return lines;
}
