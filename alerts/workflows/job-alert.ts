/**
 * `jobAlert`: the incident of one job, or of one task queue. Watchers signal what they see; it decides what is told, and
 * delivers that in order, one channel apart from the other.
 *
 * Sandbox code. Not traced. Open incidents replay with the next version of this file: a change of its commands goes
 * behind `patched`. No timer before the first delivery.
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

/** Events after which it continues as new, if the server does not suggest it before. */
const MAX_EVENTS = 2_000;

type JobAlert = (subject: Subject, carried?: IncidentState) => Promise<void>;

/** An incident; returns when nothing has happened for a day. */
export const jobAlert: JobAlert = asInfrastructure(async function jobAlert(
  subject: Subject,
  carried?: IncidentState,
): Promise<void> {
  const { firstExecutionRunId } = workflowInfo();
  const incident = new Incident(carried ?? newIncident(subject, `msg_${firstExecutionRunId}`, Date.now()));
  incident.listen();
  const goesOn = await incident.keep();
  if (goesOn) await continueAsNew<JobAlert>(subject, incident.state);
});

/** A delivery that goes on. */
interface Delivery {
  readonly id: string;
  readonly scope: CancellationScope;
}

class Incident {
  state: IncidentState;
  readonly #deliveries = new Map<string, Delivery>();
  /** When the timer that is set goes off; `Infinity`: none is set. */
  #wakeMs = Number.POSITIVE_INFINITY;
  #isAwake = true;
  #isClaiming = false;
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

  /** Delivers until the incident is over; true: its history is long, and it is to go on in a new one. */
  async keep(): Promise<boolean> {
    for (;;) {
      this.#isAwake = false;
      const nowMs = Date.now();
      this.state = remind(this.state, nowMs);
      this.#remember();
      this.#claim();
      this.#deliver(nowMs);
      if (isLong()) {
        await this.#rest();
        return true;
      }
      const overMs = endMs(this.state);
      if (overMs <= nowMs && !this.#isBusy()) return false;
      // What goes on wakes it by itself: no timer before the first delivery.
      if (!this.#isBusy())
        this.#wakeBy(Math.min(overMs, nextReminderMs(this.state), nextAttemptMs(this.state, nowMs)));
      await condition(() => this.#isAwake);
    }
  }

  #change(next: IncidentState): void {
    this.state = next;
    this.#isAwake = true;
    // What a delivery was to tell may be told otherwise now.
    for (const [channel, { id, scope }] of this.#deliveries) if (!isQueued(next, channel, id)) scope.cancel();
  }

  /** Starts a delivery for each channel that has something to send and nothing on its way. */
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
        isCancellation(error) ? undefined : { status: 'refused', why: 'no process took it within 25 hours' },
      );
    this.#deliveries.delete(channel);
    this.#change(outcome ? settle(this.state, channel, queued, outcome, Date.now()) : this.state);
  }

  /** Lets groups tell what they are to tell, one after the other. */
  #claim(): void {
    const [claim] = this.state.claims;
    if (claim === undefined || this.#isClaiming) return;
    this.#isClaiming = true;
    const member = { subject: this.state.subject, message: claim.message };
    void getExternalWorkflowHandle(claim.group)
      .signal(IncidentMessage.member, member)
      .then(
        () => true,
        () => false,
      )
      .then((isTaken) => {
        this.#isClaiming = false;
        this.#change(settleClaim(this.state, isTaken, Date.now()));
      });
  }

  /** Ends deliveries that go on: they begin again in the next run, under the same ids. */
  async #rest(): Promise<void> {
    for (const { scope } of this.#deliveries.values()) scope.cancel();
    await condition(() => !this.#isBusy());
  }

  #isBusy(): boolean {
    return this.#deliveries.size > 0 || this.#isClaiming;
  }

  /** Sees to it that the incident wakes by then; a timer that is set and goes off too early does no harm. */
  #wakeBy(ms: number): void {
    if (ms >= this.#wakeMs) return;
    this.#wakeMs = ms;
    void sleep(Math.max(1, ms - Date.now()))
      .then(() => {
        if (this.#wakeMs === ms) this.#wakeMs = Number.POSITIVE_INFINITY;
        this.#isAwake = true;
      })
      // Cancelled with the incident.
      .catch(() => {});
  }

  /** Writes down for watchers and lists what is open, when that has changed. */
  #remember(): void {
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
