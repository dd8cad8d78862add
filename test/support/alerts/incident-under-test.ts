/** An incident of job `nightly`: receives observations, and records the messages that it delivers. */
import type { Handling } from '../../../alerts/incident/message.js';
import type { Observation } from '../../../alerts/incident/observation.js';
import { observe, remind } from '../../../alerts/incident/observe.js';
import { nextMessage, settle } from '../../../alerts/incident/outbox.js';
import { type IncidentState, LINGER_MS, newIncident } from '../../../alerts/incident/state.js';

export const HANDLING: Handling = {
  to: ['oncall'],
  on: ['failed', 'failing', 'recovered', 'slow', 'overdue', 'no_worker', 'stuck'],
  after: 1,
  recoverAfter: 1,
  remindEveryMs: LINGER_MS,
};
export const HOUR = 3_600_000;

export const failed = (runId: string, atMs: number): Observation => ({
  kind: 'failed',
  runId,
  atMs,
  facts: {},
});
export const succeeded = (runId: string, atMs: number): Observation => ({
  kind: 'succeeded',
  runId,
  atMs,
  facts: {},
});
export const failing = (chain: string, atMs: number): Observation => ({
  kind: 'failing',
  chain,
  atMs,
  facts: {},
});
export const slow = (runId: string, atMs: number, endedMs?: number): Observation => ({
  kind: 'raised',
  type: 'job.slow',
  key: `slow:${runId}`,
  atMs,
  ...(endedMs !== undefined && { endedMs }),
  facts: { run: { workflowId: 'w', runId, workflowType: 't', dueMs: 0, traceId: '' } },
});
export const overdue = (lastSuccessMs: number, atMs: number): Observation => ({
  kind: 'raised',
  type: 'job.overdue',
  key: `overdue:${lastSuccessMs}`,
  atMs,
  facts: { lastSuccessMs },
});
export const cleared = (key: string, atMs: number): Observation => ({ kind: 'cleared', key, atMs });

/** An incident that delivers its messages at once, or, if it is not prompt, when `deliver` is called. */
export class IncidentUnderTest {
  state: IncidentState = newIncident({ kind: 'job', name: 'nightly' }, 'run', 0);
  /** Delivered messages, as `type state`, followed by `merged`, `reminder` and `flapping` where they apply. */
  readonly messages: string[] = [];
  readonly #handling: Handling;
  readonly #isPrompt: boolean;

  constructor(handling: Partial<Handling> = {}, { prompt = true } = {}) {
    this.#handling = { ...HANDLING, ...handling };
    this.#isPrompt = prompt;
  }

  observe(...observations: readonly Observation[]): this {
    const nowMs = Math.max(...observations.map(({ atMs }) => atMs));
    this.state = observe(this.state, { handling: this.#handling, seen: observations }, nowMs);
    return this.#isPrompt ? this.deliver(nowMs) : this;
  }

  remind(nowMs: number): this {
    this.state = remind(this.state, nowMs);
    return this.deliver(nowMs);
  }

  deliver(nowMs = 0): this {
    for (const channel of Object.keys(this.state.queues)) {
      for (;;) {
        const message = nextMessage(this.state, channel, nowMs);
        if (message === undefined) break;
        const { type, state, merged, reminder, flapping } = message;
        const marks = Object.entries({ merged, reminder, flapping }).flatMap(([name, is]) =>
          is ? [name] : [],
        );
        this.messages.push([type, state, ...marks].join(' '));
        this.state = settle(this.state, channel, message, { status: 'delivered' }, nowMs);
      }
    }
    return this;
  }
}
