/**
 * Signals incidents, and starts incidents and groups.
 */
import type { Client } from '@temporalio/client';
import { withinTimeout } from '../../client/listing';
import { inParallel } from '../../core/util/in-parallel';
import type { GroupedSignals, SignalGroup } from '../grouping';
import type { Subject } from '../incident/message';
import type { Observations } from '../incident/observation';
import { incidentId } from '../incident-id';
import { ALERTS_TASK_QUEUE, AlertWorkflow, IncidentMessage } from '../names';
import type { GroupStart } from '../workflows/job-alert-group';

export class Signaller {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Starts the groups, then signals all incidents, whose replies the groups need. */
  async send({ signals, groups }: GroupedSignals): Promise<void> {
    await inParallel(groups, (group) => this.#startGroup(group));
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

  async #startGroup({ workflowId, ...group }: SignalGroup): Promise<void> {
    const start: GroupStart = group;
    await withinTimeout(this.#client, () =>
      this.#client.workflow.start(AlertWorkflow.group, {
        workflowId,
        taskQueue: ALERTS_TASK_QUEUE,
        args: [start],
      }),
    );
  }
}
