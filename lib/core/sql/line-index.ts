/** Line and column, both 1-based, of any offset of a text; built once per text. */
export class LineIndex {
  private readonly starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.starts.push(at + 1);
  }

  place(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.starts[low] ?? 0) + 1 };
  }

  /** The offset of a line and column; beyond the end of any text for a line that does not exist. */
  offset(line: number, column: number): number {
    return (this.starts[line - 1] ?? Number.MAX_SAFE_INTEGER) + column - 1;
  }

  span(file: string, start: number, end: number) {
    const from = this.place(start);
    const to = this.place(end);
    return { file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }
}
