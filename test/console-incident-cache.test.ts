/** The console's cache of incidents when the clock is set back. */
import { equal } from 'node:assert/strict';
import { afterEach, beforeEach, it, mock } from 'node:test';
import { IncidentStates } from '../console/alerts/incident-states';
import { type Incident, Incidents } from '../console/alerts/incidents';
import type { TemporalCalls } from '../console/temporal/calls';
import type { TaskQueues } from '../console/temporal/task-queues';
import { until } from '../testing/until';

let count: number;

beforeEach(() => {
  count = 0;
  mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 2) });
});

afterEach(() => mock.timers.reset());

const callsThatReturn = (answer: object) =>
  ({
    call: async () => {
      count++;
      return answer;
    },
  }) as unknown as TemporalCalls;

it('the list is read again after seconds', async () => {
  const incidents = new Incidents(callsThatReturn({ executions: [] }), () => {});
  await incidents.read();
  await incidents.read();
  equal(count, 1);
  mock.timers.setTime(Date.UTC(2026, 0, 1));
  await until(async () => (await incidents.read()) && count > 1, { says: 'the list is not read again' });
});

it('the state of an open incident is read again after seconds', async () => {
  const states = new IncidentStates(callsThatReturn({}), {} as TaskQueues);
  const incident = { workflowId: 'w', runId: 'r', isRunning: true, open: undefined } as Incident;
  await states.of([incident]);
  await states.of([incident]);
  equal(count, 1);
  mock.timers.setTime(Date.UTC(2026, 0, 1));
  await until(async () => (await states.of([incident])) && count > 1, {
    says: 'the state is not read again',
  });
});
