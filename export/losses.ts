/**
 * Lost spans: counted, and said once when a loss begins and once when it ends.
 */
import type { ExportLogger } from './options';

/** What is said about a loss beside its reason, its time and its number. */
export interface LossText {
  /** Where the spans should have gone. */
  readonly destination: string;
  /** What the reader can do about it: a sentence. */
  readonly advice: string;
}

/** One destination's losses. Never throws. */
export class LossLog {
  readonly #log: ExportLogger;
  readonly #text: LossText;
  #begun: Date | undefined;
  #count = 0;

  constructor(log: ExportLogger, text: LossText) {
    this.#log = log;
    this.#text = text;
  }

  /** Adds to the current loss, or begins one. */
  lost(spanCount: number, why: string): void {
    this.#count += spanCount;
    if (this.#begun) return;
    this.#begun = new Date();
    const { destination, advice } = this.#text;
    this.#say(
      'warn',
      `spans for ${destination} are being lost since ${this.#begun.toISOString()}: ${why}. Jobs run on as ` +
        `before, their traces are incomplete. ${advice} The number of lost spans follows once, at the end`,
    );
  }

  /** Ends the current loss, if there is one. */
  end(how: string): void {
    if (!this.#begun) return;
    const message = `${how}: ${this.#count} spans for ${this.#text.destination} were lost since ${this.#begun.toISOString()}`;
    this.#begun = undefined;
    this.#count = 0;
    this.#say('info', message);
  }

  #say(level: 'info' | 'warn', message: string): void {
    try {
      this.#log[level](`temporal-job-tracing: ${message}.`);
    } catch {
      // A logger that throws must not reach a job.
    }
  }
}

/** The text of whatever was thrown. Never throws. */
export function reasonOf(error: unknown): string {
  try {
    const { message, code, name } = error as Partial<NodeJS.ErrnoException>;
    return String(message || code || name || error);
  } catch {
    return 'unknown error';
  }
}
