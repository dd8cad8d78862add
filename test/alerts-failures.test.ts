/**
 * Failures of a job are counted once each, told once, recovered once, whatever comes twice, late, or in another order.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Handling } from '../alerts/incident/message';
import type { Observation } from '../alerts/incident/observation';
import { failed, failing, HOUR, IncidentUnderTest, succeeded } from './support/alerts/incident-under-test';

describe('failures', () => {
  const table: readonly {
    readonly what: string;
    readonly handling?: Partial<Handling>;
    readonly observations: readonly Observation[];
    readonly messages: readonly string[];
  }[] = [
    { what: 'a failure is told', observations: [failed('a', 1)], messages: ['job.failed open'] },
    {
      what: 'forty in a row are one message and one recovery',
      observations: [
        ...Array.from({ length: 40 }, (_, index) => failed(`f${index}`, index)),
        succeeded('s', 50),
      ],
      messages: ['job.failed open', 'job.recovered resolved'],
    },
    {
      what: 'the same run twice is one',
      handling: { after: 2 },
      observations: [failed('a', 1), failed('a', 1)],
      messages: [],
    },
    {
      what: 'as many as the rule says in a row are needed',
      handling: { after: 3 },
      observations: [
        failed('a', 1),
        failed('b', 2),
        succeeded('s', 3),
        failed('c', 4),
        failed('d', 5),
        failed('e', 6),
      ],
      messages: ['job.failed open'],
    },
    {
      what: 'as many successes as the rule says are needed',
      handling: { recoverAfter: 2 },
      observations: [failed('a', 1), succeeded('s', 2), failed('b', 3), succeeded('t', 4), succeeded('u', 5)],
      messages: ['job.failed open', 'job.recovered resolved'],
    },
    {
      what: 'no recovery is told if no failure was',
      handling: { after: 2 },
      observations: [failed('a', 1), succeeded('s', 2)],
      messages: [],
    },
    {
      what: 'a success that ended before the failure is not a recovery',
      observations: [failed('a', 5), succeeded('s', 4)],
      messages: ['job.failed open'],
    },
    {
      what: 'a success is counted once',
      handling: { recoverAfter: 2 },
      observations: [failed('a', 1), succeeded('s', 2), succeeded('s', 2)],
      messages: ['job.failed open'],
    },
    {
      what: 'a failure that is seen after its recovery is told with it',
      observations: [failed('a', 1), succeeded('s', 9), failed('late', 5)],
      messages: ['job.failed open', 'job.recovered resolved', 'job.failed resolved merged'],
    },
    {
      what: 'an old failure that is seen again after the recovery is not told',
      observations: [failed('a', 1), succeeded('s', 2), failed('a', 1), succeeded('s', 2)],
      messages: ['job.failed open', 'job.recovered resolved'],
    },
    {
      what: 'three cycles in 24 hours are flapping, once, and three successes in a row end it',
      observations: [
        ...[1, 2, 3].flatMap((hour) => [
          failed(`f${hour}`, hour * HOUR),
          succeeded(`s${hour}`, hour * HOUR + 1),
        ]),
        failed('f4', 4 * HOUR),
        succeeded('s4', 4 * HOUR + 1),
        succeeded('s5', 5 * HOUR),
        failed('f6', 6 * HOUR),
        succeeded('s6', 7 * HOUR),
        succeeded('s7', 8 * HOUR),
        succeeded('s8', 9 * HOUR),
        failed('f9', 10 * HOUR),
      ],
      messages: [
        'job.failed open',
        'job.recovered resolved',
        'job.failed open',
        'job.recovered resolved',
        'job.failed open',
        'job.failed open flapping',
        'job.recovered resolved',
        'job.failed open',
      ],
    },
    {
      what: 'three cycles in three days are not',
      observations: [1, 2, 3].flatMap((day) => [
        failed(`f${day}`, day * 24 * HOUR),
        succeeded(`s${day}`, day * 24 * HOUR + 1),
      ]),
      messages: Array.from({ length: 3 }, () => ['job.failed open', 'job.recovered resolved']).flat(),
    },
    {
      what: 'a chain that is still retried is told once, and then its end',
      observations: [
        failing('c', 1),
        failing('c', 1),
        failing('other', 2),
        failed('a', 3),
        succeeded('s', 4),
      ],
      messages: ['job.failing open', 'job.failed open', 'job.recovered resolved'],
    },
    {
      what: 'a chain that succeeds recovers',
      observations: [failing('c', 1), succeeded('s', 2)],
      messages: ['job.failing open', 'job.recovered resolved'],
    },
    {
      what: 'a chain that is seen again after its recovery is not told',
      observations: [failing('c', 1), succeeded('s', 2), failing('c', 1)],
      messages: ['job.failing open', 'job.recovered resolved'],
    },
    {
      what: 'what the rule does not name is not told',
      handling: { on: ['failing'] },
      observations: [failed('a', 1), succeeded('s', 2)],
      messages: [],
    },
    {
      what: 'nor is a recovery, which ends it all the same',
      handling: { on: ['failed'] },
      observations: [failed('a', 1), succeeded('s', 2), failed('b', 3)],
      messages: ['job.failed open', 'job.failed open'],
    },
    { what: 'nor failing', handling: { on: ['failed'] }, observations: [failing('c', 1)], messages: [] },
  ];
  for (const { what, handling = {}, observations, messages } of table) {
    it(what, () => {
      const one = new IncidentUnderTest(handling);
      for (const observation of observations) one.observe(observation);
      deepEqual(one.messages, messages);
    });
  }

  it('that were counted long ago are not counted again', () => {
    const many = Array.from({ length: 1_500 }, (_, index) => failed(`f${index}`, index + 1));
    const one = new IncidentUnderTest().observe(...many).observe(succeeded('s', 2_000));
    one.observe(...many);
    deepEqual(one.messages, ['job.failed open', 'job.recovered resolved']);
    equal(one.state.failures.counted.length, 1_000);
  });

  it('are counted in the open problem', () => {
    const one = new IncidentUnderTest().observe(failed('a', 1), failed('b', 2), failed('c', 3));
    equal(one.state.problems[0]?.facts.failures, 3);
  });
});
