import { createInterface } from "node:readline/promises";
import type { Io } from "../../io.js";

/** Asks one question after the other on a terminal; an empty answer accepts the proposal. */
export class Questions {
  private readonly reader;

  constructor(io: Io) {
    this.reader = createInterface({ input: io.stdin, output: io.stdout });
  }

  async ask(question: string, proposed: string): Promise<string> {
    const answer = await this.reader.question(`${question}${proposed === "" ? "" : ` [${proposed}]`}: `);
    return answer.trim() || proposed;
  }

  close(): void {
    this.reader.close();
  }
}
