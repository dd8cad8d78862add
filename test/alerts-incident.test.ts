/**
 * An incident sends one message about each problem and one about its end, or one about both if none was delivered
 * between.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Observation } from '../alerts/incident/observation';
import { nextReminderMs, observe, remind } from '../alerts/incident/observe';
import { isQueued, nextAttemptMs, nextMessage, settle, settleClaim } from '../alerts/incident/outbox';
import { awaitsSuccess, endMs, LINGER_MS } from '../alerts/incident/state';
import {
  cleared,
  failed,
  failing,
  HANDLING,
  IncidentUnderTest,
  overdue,
  slow,
  succeeded,
} from './support/alerts/incident-under-test';

describe('other problems', () => {
  it('are reported once, and so is their end', () => {
    const one = new IncidentUnderTest()
      .observe(slow('a', 1))
      .observe(slow('a', 1))
      .observe(cleared('slow:a', 2));
    one.observe(cleared('slow:a', 2)).observe(slow('a', 1));
    deepEqual(one.messages, ['job.slow open', 'job.slow resolved']);
  });

  it('that ended before they were observed are one message', () => {
    deepEqual(new IncidentUnderTest().observe(slow('a', 1, 2)).observe(slow('a', 1, 2)).messages, [
      'job.slow resolved merged',
    ]);
  });

  it('of a run that failed are reported only as the failure', () => {
    deepEqual(new IncidentUnderTest().observe(failed('a', 1), slow('a', 1, 1)).messages, ['job.failed open']);
  });

  it('of a run that fails later are reported as both', () => {
    const told = new IncidentUnderTest()
      .observe(slow('a', 1))
      .observe(failed('a', 2), cleared('slow:a', 2)).messages;
    deepEqual(told, ['job.slow open', 'job.failed open', 'job.slow resolved']);
  });

  it('are overdue until a success', () => {
    const one = new IncidentUnderTest()
      .observe(overdue(1, 10))
      .observe(overdue(1, 10))
      .observe(succeeded('s', 12))
      .observe(overdue(1, 10));
    deepEqual(one.messages, ['job.overdue open', 'job.overdue resolved']);
    one.observe(overdue(12, 30));
    deepEqual(one.messages.slice(2), ['job.overdue open']);
  });

  it('are not ended by an earlier success', () => {
    deepEqual(new IncidentUnderTest().observe(overdue(5, 10)).observe(succeeded('old', 5)).messages, [
      'job.overdue open',
    ]);
  });
});

describe('messages', () => {
  it('go to channels with any name, such as one that all objects have as a member', () => {
    const names = ['constructor', '__proto__', 'toString'];
    const one = new IncidentUnderTest({ to: names }).observe(failed('a', 1)).observe(succeeded('s', 2));
    deepEqual(one.messages, [
      ...names.map(() => 'job.failed open'),
      ...names.map(() => 'job.recovered resolved'),
    ]);
    deepEqual(
      JSON.parse(JSON.stringify(one.state)).deliveries.map(({ channel }: { channel: string }) => channel),
      [...names, ...names],
    );
  });

  it('about a problem that was resolved before the delivery are merged into one', () => {
    const one = new IncidentUnderTest({}, { prompt: false })
      .observe(failed('a', 1))
      .observe(succeeded('s', 2))
      .deliver();
    deepEqual(one.messages, ['job.failed resolved merged']);
  });

  it('are merged even if the failing run failed meanwhile', () => {
    const one = new IncidentUnderTest({}, { prompt: false })
      .observe(failing('c', 1))
      .observe(failed('a', 2))
      .deliver();
    deepEqual(one.messages, ['job.failed open']);
  });

  it('in delivery when the problem ended are followed by the resolution', () => {
    const one = new IncidentUnderTest({}, { prompt: false }).observe(failed('a', 1));
    const sent = nextMessage(one.state, 'oncall', 1);
    if (sent === undefined) throw new Error('nothing to send');
    one.observe(succeeded('s', 2));
    equal(isQueued(one.state, 'oncall', sent.id), false);
    one.state = settle(one.state, 'oncall', sent, { status: 'delivered' }, 2);
    deepEqual(one.deliver().messages, ['job.recovered resolved']);
  });

  it('that a receiver rejects are dropped, and the next is sent', () => {
    const one = new IncidentUnderTest({}, { prompt: false }).observe(failed('a', 1), slow('b', 1));
    const sent = nextMessage(one.state, 'oncall', 1);
    if (sent === undefined) throw new Error('nothing to send');
    one.state = settle(one.state, 'oncall', sent, { status: 'refused', why: '400' }, 1);
    deepEqual(one.deliver().messages, ['job.slow open']);
    deepEqual(one.state.deliveries[0], {
      id: 'run_1',
      channel: 'oncall',
      type: 'job.failed',
      state: 'open',
      atMs: 1,
      outcome: 'refused',
      why: '400',
    });
  });

  it('are sent in order, independently for each channel', () => {
    const one = new IncidentUnderTest({ to: ['oncall', 'team'] }, { prompt: false }).observe(failed('a', 1));
    const sent = nextMessage(one.state, 'team', 1);
    if (sent === undefined) throw new Error('nothing to send');
    one.state = settle(one.state, 'team', sent, { status: 'delivered' }, 1);
    one.observe(succeeded('s', 2));
    deepEqual(nextMessage(one.state, 'oncall', 2)?.merged, true);
    deepEqual(nextMessage(one.state, 'team', 2)?.type, 'job.recovered');
  });

  it('are numbered in their incident', () => {
    const one = new IncidentUnderTest({}, { prompt: false }).observe(failed('a', 1), slow('b', 1));
    deepEqual(
      one.state.queues.oncall?.map(({ id }) => id),
      ['run_1', 'run_2'],
    );
  });
});

describe('silences', () => {
  function silenced(...observations: readonly Observation[]): IncidentUnderTest {
    const one = new IncidentUnderTest({}, { prompt: false }).observe(...observations);
    for (const message of one.state.queues.oncall ?? [])
      one.state = settle(
        one.state,
        'oncall',
        message,
        { status: 'silenced', untilMs: 100, reason: 'release' },
        1,
      );
    return one;
  }

  it('hold a message back until they end', () => {
    const one = silenced(failed('a', 1));
    deepEqual([nextMessage(one.state, 'oncall', 99), nextAttemptMs(one.state, 99)], [undefined, 100]);
    deepEqual(one.deliver(100).messages, ['job.failed open']);
    equal(nextAttemptMs(one.state, 100), Number.POSITIVE_INFINITY);
  });

  it('release the message if they are ended early', () => {
    const one = silenced(failed('a', 1)).observe({ kind: 'unsilenced', atMs: 50 });
    deepEqual(one.deliver(50).messages, ['job.failed open']);
  });

  it('do not hold back later messages', () => {
    const one = silenced(failed('a', 1)).observe(slow('b', 2));
    deepEqual(one.deliver(2).messages, ['job.slow open']);
  });

  it('drop problems that begin and end during them, which is recorded', () => {
    const one = silenced(failed('a', 1)).observe(succeeded('s', 2));
    deepEqual(one.deliver(100).messages, []);
    deepEqual(
      one.state.deliveries.map(({ outcome, why }) => `${outcome}: ${why}`),
      ['silenced: release', 'dropped: resolved while silenced'],
    );
  });

  it('drop reminders', () => {
    const one = new IncidentUnderTest({}, { prompt: true }).observe(failed('a', 1));
    one.state = remind(one.state, LINGER_MS + 1);
    const [reminder] = one.state.queues.oncall ?? [];
    if (reminder === undefined) throw new Error('no reminder');
    one.state = settle(one.state, 'oncall', reminder, { status: 'silenced', untilMs: 1e12, reason: '' }, 1);
    deepEqual(one.state.queues.oncall, []);
  });
});

describe('reminders', () => {
  it('come every 24 hours while a problem is open', () => {
    const one = new IncidentUnderTest().observe(failed('a', 1));
    equal(nextReminderMs(one.state), LINGER_MS + 1);
    one
      .remind(LINGER_MS)
      .remind(LINGER_MS + 1)
      .remind(LINGER_MS + 2)
      .remind(2 * LINGER_MS + 1);
    deepEqual(one.messages.slice(1), ['job.failed open reminder', 'job.failed open reminder']);
    equal(nextReminderMs(one.observe(succeeded('s', 3 * LINGER_MS)).state), Number.POSITIVE_INFINITY);
  });

  it('do not come before the first message was delivered', () => {
    const one = new IncidentUnderTest({}, { prompt: false }).observe(failed('a', 1));
    deepEqual(one.remind(LINGER_MS + 1).messages, ['job.failed open']);
  });
});

describe('groups', () => {
  function grouped(...observations: readonly Observation[]): IncidentUnderTest {
    const one = new IncidentUnderTest({}, { prompt: false });
    one.state = observe(one.state, { handling: HANDLING, seen: observations, group: 'g' }, 1);
    return one;
  }

  it('report new problems in place of the incident', () => {
    const one = grouped(failed('a', 1));
    deepEqual(
      one.state.claims.map(({ message }) => message?.type),
      ['job.failed'],
    );
    one.state = settleClaim(one.state, true, 1);
    deepEqual(one.deliver().observe(succeeded('s', 2)).deliver().messages, ['job.recovered resolved']);
    equal(one.state.deliveries[0]?.outcome, 'grouped');
  });

  it('get an empty reply if there is nothing to report', () => {
    const one = grouped(cleared('slow:a', 1));
    deepEqual(one.state.claims, [{ group: 'g', message: null }]);
    deepEqual(settleClaim(one.state, true, 1).claims, []);
  });

  it('that have ended leave the message to the incident', () => {
    const one = grouped(failed('a', 1));
    one.state = settleClaim(one.state, false, 1);
    deepEqual(one.deliver().messages, ['job.failed open']);
    deepEqual(settleClaim(one.state, true, 1).claims, []);
  });

  it('report recoveries too', () => {
    const one = new IncidentUnderTest().observe(failed('a', 1));
    one.state = observe(one.state, { handling: HANDLING, seen: [succeeded('s', 2)], group: 'g' }, 2);
    deepEqual(
      one.state.claims.map(({ message }) => message?.type),
      ['job.recovered'],
    );
  });

  it('report that other problems ended, or were over when they were observed', () => {
    const one = new IncidentUnderTest().observe(slow('a', 1), overdue(0, 1));
    const seen = [cleared('slow:a', 2), succeeded('s', 2), slow('b', 1, 2)];
    one.state = observe(one.state, { handling: HANDLING, seen, group: 'g' }, 2);
    deepEqual(
      one.state.claims.map(({ message }) => `${message?.type} ${message?.state}`),
      ['job.slow resolved', 'job.overdue resolved', 'job.slow resolved'],
    );
  });

  it('do not report the end of a problem whose beginning is still queued', () => {
    const one = new IncidentUnderTest({}, { prompt: false }).observe(failed('a', 1));
    one.state = observe(one.state, { handling: HANDLING, seen: [succeeded('s', 2)], group: 'g' }, 2);
    deepEqual(one.state.claims, [{ group: 'g', message: null }]);
    deepEqual(one.deliver(2).messages, ['job.failed resolved merged']);
  });
});

describe('an incident', () => {
  it('lasts while messages wait, then while a problem is open, then 24 hours', () => {
    const one = new IncidentUnderTest({}, { prompt: false }).observe(failed('a', 1));
    equal(endMs(one.state), Number.POSITIVE_INFINITY);
    equal(endMs(one.deliver(1).state), 35 * LINGER_MS);
    equal(endMs(one.observe(succeeded('s', 7)).deliver(7).state), 7 + LINGER_MS);
  });

  it('waits for successes while a problem is open or failures are counted', () => {
    const one = new IncidentUnderTest({ after: 2 });
    equal(awaitsSuccess(one.state), false);
    equal(awaitsSuccess(one.observe(failed('a', 1)).state), true);
    equal(awaitsSuccess(one.observe(succeeded('s', 2)).state), false);
    equal(awaitsSuccess(one.observe(overdue(2, 3)).state), true);
  });

  it('sends a test message', () => {
    deepEqual(new IncidentUnderTest().observe({ kind: 'test', atMs: 1 }).messages, ['watcher.test open']);
  });
});
