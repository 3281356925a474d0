import type { Io } from "../io.js";
import { printableLine } from "./printable.js";
import { duration } from "./style.js";
import { wrap } from "./wrap.js";

/** One line per phase: rewritten in place on a terminal; elsewhere printed once when the phase ends. */
export class Progress {
  private readonly io: Io;
  private readonly now: () => number;
  private title = "";
  private total = 0;
  private done = 0;
  private startedAt = 0;
  private drawnAt = Number.NEGATIVE_INFINITY;
  private open = false;

  constructor(io: Io, now: () => number) {
    this.io = io;
    this.now = now;
  }

  /** Begins a phase. `total` 0 means that the count is unknown. */
  start(title: string, total = 0): void {
    if (this.open) this.end();
    Object.assign(this, { title, total, done: 0, startedAt: this.now(), open: true });
    this.draw(true);
  }

  advance(count = 1): void {
    this.done += count;
    this.draw(false);
  }

  /** A separate line, above the one that is drawn. */
  note(text: string): void {
    this.io.stderr.write(this.io.live ? `\r\u001b[K  ${wrap(text, this.io.columns, 2)}\n` : `  ${text}\n`);
    this.draw(true);
  }

  /** Ends the phase with its result. */
  end(result = ""): void {
    if (!this.open) return;
    this.open = false;
    const took = duration(this.now() - this.startedAt);
    const line = `${`  ${this.title.padEnd(22)} ${printableLine(result)}`.trimEnd()} (${took})`;
    this.io.stderr.write(this.io.live ? `\r\u001b[K${wrap(line, this.io.columns, 25)}\n` : `${line}\n`);
  }

  private draw(force: boolean): void {
    if (!this.io.live || !this.open) return;
    const now = this.now();
    if (!force && now - this.drawnAt < 80) return;
    this.drawnAt = now;
    const elapsed = now - this.startedAt;
    const left = this.done > 0 && this.total > 0 ? (elapsed / this.done) * (this.total - this.done) : 0;
    const count = this.total > 0 ? `${this.bar()} ${this.done}/${this.total}` : "…";
    const time = left > 500 ? `, ${duration(left)} left` : "";
    this.io.stderr.write(`\r\u001b[K${`  ${this.title.padEnd(22)} ${count}${time}`.slice(0, this.io.columns - 1)}`);
  }

  private bar(): string {
    const width = Math.max(8, Math.min(24, this.io.columns - 50));
    const filled = Math.min(width, Math.round((this.done / this.total) * width));
    return `${"█".repeat(filled)}${"░".repeat(width - filled)}`;
  }
}
