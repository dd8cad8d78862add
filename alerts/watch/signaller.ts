/**
 * Signals incidents, and starts incidents and groups.
 */
import type { Client } from '@temporalio/client';
import { withinTimeout } from '../../client/listing';
import type { groupSignals, Signal } from '../grouping';
import type { AlertType, Subject } from '../incident/message';
import type { Observations } from '../incident/observation';
import { incidentId } from '../incident-id';
import { ALERTS_TASK_QUEUE, AlertWorkflow, IncidentMessage } from '../names';
import type { GroupStart } from '../workflows/job-alert-group';
import { inParallel } from './in-parallel';

export class Signaller {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Starts the groups, then signals all incidents, whose replies the groups need. */
  async send({ signals, groups }: ReturnType<typeof groupSignals>): Promise<void> {
    await inParallel([...groups], ([workflowId, members]) => this.#startGroup(workflowId, members));
    await inParallel(signals, ({ subject, ...observations }) => this.signal(subject, observations));
  }

  /** Signals the subject's incident, which is started if it does not run. */
  async signal(subject: Subject, observations: Observations): Promise<void> {
    await withinTimeout(this.#client, () =>
      this.#client.workflow.signalWithStart(AlertWorkflow.incident, {
        workflowId: incidentId(subject),
        taskQueue: ALERTS_TASK_QUEUE,
        args: [subject],
        signal: IncidentMessage.observe,
        signalArgs: [observations],
      }),
    );
  }

  async #startGroup(workflowId: string, members: readonly Signal[]): Promise<void> {
    const [first] = members;
    if (first === undefined) return;
    const start: GroupStart = { type: messageType(first), to: first.handling.to, members: members.length };
    await withinTimeout(this.#client, () =>
      this.#client.workflow.start(AlertWorkflow.group, {
        workflowId,
        taskQueue: ALERTS_TASK_QUEUE,
        args: [start],
      }),
    );
  }
}

/** Returns the type of message that the members' observations lead to. */
function messageType({ seen: [first] }: Signal): AlertType {
  if (first?.kind === 'raised') return first.type;
  return first?.kind === 'succeeded'
    ? 'job.recovered'
    : `job.${first?.kind === 'failing' ? 'failing' : 'failed'}`;
}
