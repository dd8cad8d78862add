/**
 * Lost spans: counted, and logged once when a loss begins and once when it ends.
 */
import type { ExportLogger } from './options';

/** Text of a log line about lost spans, in addition to the reason, the time and the number. */
export interface LossText {
  /** Destination of the spans. */
  readonly destination: string;
  /** One sentence on what to do about the loss. */
  readonly advice: string;
}

/** Counts and logs the losses of one destination. Never throws. */
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
    this.#write(
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
    this.#write('info', message);
  }

  #write(level: 'info' | 'warn', message: string): void {
    try {
      this.#log[level](`temporal-job-tracing: ${message}.`);
    } catch {
      // A logger that throws must not reach a job.
    }
  }
}

/** Returns the message of a thrown value. Never throws. */
export function reasonOf(error: unknown): string {
  try {
    const { message, code, name } = error as Partial<NodeJS.ErrnoException>;
    return String(message || code || name || error);
  } catch {
    return 'unknown error';
  }
}
