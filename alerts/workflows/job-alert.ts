/**
 * `jobAlert`: the incident of one job or one task queue. Watchers signal observations; the incident decides
 * which messages to send, and delivers them in order, independently for each channel.
 *
 * Sandbox code. Not traced. Open incidents replay with the next version of this file: a change of its
 * commands goes behind `patched`. No timer before the first delivery.
 */
import {
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  sleep,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { asInfrastructure } from '../../core/infrastructure';
import type { AlertMessage, DeliveryOutcome, Subject } from '../incident/message';
import type { Observations } from '../incident/observation';
import { nextReminderMs, observe, remind } from '../incident/observe';
import { isQueued, nextAttemptMs, nextMessage, settle, settleClaim } from '../incident/outbox';
import { awaitsSuccess, endMs, type IncidentState, newIncident } from '../incident/state';
import { INCIDENT_MEMO, type IncidentMemo, IncidentMessage } from '../names';
import { jobAlertsDeliver } from './activities';

/**
 * Number of history events after which the incident continues as new, if the server does not suggest it
 * earlier.
 */
const MAX_EVENTS = 2_000;

type JobAlert = (subject: Subject, carried?: IncidentState) => Promise<void>;

/** Runs an incident; ends after a day without observations or deliveries. */
export const jobAlert: JobAlert = asInfrastructure(async function jobAlert(
  subject: Subject,
  carried?: IncidentState,
): Promise<void> {
  const { firstExecutionRunId } = workflowInfo();
  const incident = new Incident(carried ?? newIncident(subject, `msg_${firstExecutionRunId}`, Date.now()));
  incident.listen();
  const mustContinue = await incident.run();
  if (mustContinue) await continueAsNew<JobAlert>(subject, incident.state);
});

/** A delivery in progress. */
interface Delivery {
  readonly id: string;
  readonly scope: CancellationScope;
}

class Incident {
  state: IncidentState;
  readonly #deliveries = new Map<string, Delivery>();
  /** Time at which the current timer fires, in milliseconds since 1970; `Infinity` if there is none. */
  #wakeMs = Number.POSITIVE_INFINITY;
  #isAwake = true;
  #isHandingOver = false;
  #memo: string | undefined;

  constructor(state: IncidentState) {
    this.state = state;
  }

  listen(): void {
    setHandler(defineQuery<IncidentState>(IncidentMessage.status), () => this.state);
    setHandler(defineSignal<[Observations]>(IncidentMessage.observe), (seen) => {
      this.#change(observe(this.state, seen, Date.now()));
    });
  }

  /** Delivers messages until the incident is over; returns true if it must continue as new first. */
  async run(): Promise<boolean> {
    for (;;) {
      this.#isAwake = false;
      const nowMs = Date.now();
      this.state = remind(this.state, nowMs);
      this.#updateMemo();
      this.#handOver();
      this.#deliver(nowMs);
      if (isLong()) {
        await this.#cancelDeliveries();
        return true;
      }
      const overMs = endMs(this.state);
      if (overMs <= nowMs && !this.#isBusy()) return false;
      // Deliveries in progress wake the incident themselves, so no timer is set before the first delivery.
      if (!this.#isBusy())
        this.#wakeBy(Math.min(overMs, nextReminderMs(this.state), nextAttemptMs(this.state, nowMs)));
      await condition(() => this.#isAwake);
    }
  }

  #change(next: IncidentState): void {
    this.state = next;
    this.#isAwake = true;
    // The change may have replaced a message that is being delivered.
    for (const [channel, { id, scope }] of this.#deliveries) if (!isQueued(next, channel, id)) scope.cancel();
  }

  /** Starts a delivery for each channel with a due message and no delivery in progress. */
  #deliver(nowMs: number): void {
    for (const channel of Object.keys(this.state.queues)) {
      const message = this.#deliveries.has(channel) ? undefined : nextMessage(this.state, channel, nowMs);
      if (message === undefined) continue;
      const scope = new CancellationScope();
      this.#deliveries.set(channel, { id: message.id, scope });
      void this.#send(channel, message, scope);
    }
  }

  async #send(channel: string, queued: AlertMessage, scope: CancellationScope): Promise<void> {
    const { subject } = this.state;
    const outcome = await scope
      .run(() => jobAlertsDeliver({ channel, subject, message: queued }))
      .catch((error: unknown): DeliveryOutcome | undefined =>
        isCancellation(error)
          ? undefined
          : { status: 'refused', why: 'no process delivered it within 25 hours' },
      );
    this.#deliveries.delete(channel);
    this.#change(outcome ? settle(this.state, channel, queued, outcome, Date.now()) : this.state);
  }

  /** Hands the next claimed message to its group. */
  #handOver(): void {
    const [claim] = this.state.claims;
    if (claim === undefined || this.#isHandingOver) return;
    this.#isHandingOver = true;
    const member = { subject: this.state.subject, message: claim.message };
    void getExternalWorkflowHandle(claim.group)
      .signal(IncidentMessage.member, member)
      .then(
        () => true,
        () => false,
      )
      .then((isAccepted) => {
        this.#isHandingOver = false;
        this.#change(settleClaim(this.state, isAccepted, Date.now()));
      });
  }

  /** Cancels the deliveries in progress; the next run starts them again, with the same message ids. */
  async #cancelDeliveries(): Promise<void> {
    for (const { scope } of this.#deliveries.values()) scope.cancel();
    await condition(() => !this.#isBusy());
  }

  #isBusy(): boolean {
    return this.#deliveries.size > 0 || this.#isHandingOver;
  }

  /** Makes the incident wake at the latest at this time; an earlier timer that is still set does no harm. */
  #wakeBy(ms: number): void {
    if (ms >= this.#wakeMs) return;
    this.#wakeMs = ms;
    void sleep(Math.max(1, ms - Date.now()))
      .then(() => {
        if (this.#wakeMs === ms) this.#wakeMs = Number.POSITIVE_INFINITY;
        this.#isAwake = true;
      })
      // The incident was cancelled.
      .catch(() => {});
  }

  /** Writes the open problems into the memo, for watchers and lists, if they have changed. */
  #updateMemo(): void {
    const { subject, problems } = this.state;
    const memo: IncidentMemo = {
      subject: subject.name,
      awaitsSuccess: awaitsSuccess(this.state),
      open: problems.map(({ type, key, sinceMs }) => ({ type, key, since: new Date(sinceMs).toISOString() })),
    };
    const text = JSON.stringify(memo);
    if (text === this.#memo) return;
    this.#memo = text;
    upsertMemo({ [INCIDENT_MEMO]: memo });
  }
}

function isLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > MAX_EVENTS;
}
