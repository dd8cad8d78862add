/**
 * Validation of a job's spec: messages name the key, the expectation and the value.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { changeProblem, runNowProblem } from '../core/jobs/requests';
import { changed, cronOf, type ScheduledJobSpec, specProblem } from '../core/jobs/spec';

const TYPES = ['httpJob', 'jobTick', 'nightly', 'scheduledJob'];

describe('a spec', () => {
  const good: Record<string, object> = {
    'is a workflow alone': { workflow: 'nightly' },
    'has all keys': {
      workflow: 'nightly',
      cron: '0 2 * * *',
      timeZone: 'Europe/Berlin',
      args: [1, null, { a: [] }],
      taskQueue: 'jobs',
      name: 'nightly-report',
      retry: {
        maximumAttempts: 3,
        initialInterval: '1s',
        backoffCoefficient: 2,
        maximumInterval: '1 minute',
        nonRetryableErrorTypes: ['Fatal'],
      },
      timeout: '2 hours',
      manualRuns: 'refuse',
      paused: false,
      dataTimeOffset: '-1 day',
      lane: 'gray',
      loadtest: true,
    },
    'has the key of TypeScript': { workflow: 'nightly', loadTest: true } satisfies ScheduledJobSpec,
    'has its time zone in the expression': { workflow: 'nightly', cron: 'CRON_TZ=Asia/Tokyo 0 2 * * *' },
    'has keys that are undefined': { workflow: 'nightly', cron: undefined, args: undefined },
    'calls a service': { workflow: 'httpJob', args: [{ url: 'https://a.example', method: 'POST' }] },
    'routes a lane': { workflow: 'nightly', lane: { name: 'gray', share: 0.1, taskQueue: 'jobs-gray' } },
    'names the task queue of a workflow that this worker has not': { workflow: 'other', taskQueue: 'others' },
  };
  for (const [what, spec] of Object.entries(good))
    it(`that ${what} is valid`, () => equal(specProblem(spec, TYPES), undefined));

  const bad: [spec: unknown, problem: RegExp][] = [
    [
      undefined,
      /^expected an object as in {"workflow":"nightlyReport","cron":"0 2 \* \* \*"}, got a undefined$/,
    ],
    [null, /^expected an object .* got null$/],
    ['nightly', /^expected an object .* got "nightly"$/],
    [[], /^expected an object .* got \[\]$/],
    [{}, /^workflow: expected the type of the workflow that does the work, got a undefined$/],
    [{ workflow: '' }, /^workflow: expected the type/],
    [{ workflow: 7 }, /^workflow: .* got 7$/],
    [
      { workflow: 'nightlyy' },
      /^workflow: the worker has no workflow of type "nightlyy", only httpJob, nightly; export it/,
    ],
    [
      { workflow: 'nightly', corn: '* * * * *' },
      /^corn: there is no such key; expected one of workflow, cron, /,
    ],
    [{ workflow: 'nightly', toString: 1 }, /^toString: there is no such key/],
    [{ workflow: 'nightly', cron: '0 2 * *' }, /^cron: "0 2 \* \*" has 4 fields.*, got "0 2 \* \*"$/],
    [{ workflow: 'nightly', cron: 5 }, /^cron: expected a non-empty string, got 5$/],
    [{ workflow: 'nightly', cron: '0 0 30 2 *' }, /^cron: "0 0 30 2 \*" never ticks/],
    [{ workflow: 'nightly', cron: '@daily', timeZone: 'Berlin' }, /^timeZone: "Berlin" is not a time zone/],
    [
      { workflow: 'nightly', cron: 'TZ=UTC @daily', timeZone: 'UTC' },
      /^timeZone: .* has a time zone already/,
    ],
    [
      { workflow: 'nightly', cron: '@every 5s', timeZone: 'UTC' },
      /^timeZone: .* does not depend on a time zone/,
    ],
    [{ workflow: 'nightly', args: 'a' }, /^args: expected an array, one entry for each argument, got "a"$/],
    [{ workflow: 'nightly', taskQueue: ' ' }, /^taskQueue: expected a non-empty string, got " "$/],
    [{ workflow: 'nightly', name: '' }, /^name: expected a non-empty string/],
    [{ workflow: 'nightly', retry: 3 }, /^retry: expected an object with some of backoffCoefficient, /],
    [{ workflow: 'nightly', retry: { attempts: 3 } }, /^retry: there is no key "attempts"/],
    [{ workflow: 'nightly', retry: { maximumAttempts: 0 } }, /^retry: maximumAttempts: expected an integer/],
    [
      { workflow: 'nightly', retry: { maximumAttempts: 1.5 } },
      /^retry: maximumAttempts: expected an integer/,
    ],
    [
      { workflow: 'nightly', retry: { initialInterval: 'soon' } },
      /^retry: initialInterval: expected a duration/,
    ],
    [{ workflow: 'nightly', retry: { backoffCoefficient: 0.5 } }, /^retry: backoffCoefficient: expected/],
    [{ workflow: 'nightly', retry: { nonRetryableErrorTypes: 'A' } }, /^retry: nonRetryableErrorTypes: /],
    [
      { workflow: 'nightly', retry: { initialInterval: '2s', maximumInterval: '1s' } },
      /^retry: .*maximumInterval cannot be less than its initialInterval/,
    ],
    [
      { workflow: 'nightly', timeout: '0 s' },
      /^timeout: expected a duration above 0, as in '2 hours', got "0 s"$/,
    ],
    [{ workflow: 'nightly', timeout: 30 }, /^timeout: expected "30 s", got 30$/],
    [{ workflow: 'nightly', timeout: '30' }, /^timeout: expected "30 s", got "30"$/],
    [
      { workflow: 'nightly', dataTimeOffset: -1 },
      /^dataTimeOffset: expected a duration, as in '-1 day', got -1$/,
    ],
    [
      { workflow: 'nightly', retry: { initialInterval: 10 } },
      /^retry: initialInterval: expected "10 s", got /,
    ],
    [{ workflow: 'scheduledJob' }, /^workflow: expected .* which scheduledJob does not, got "scheduledJob"$/],
    [{ workflow: 'jobTick', taskQueue: 'others' }, /^workflow: expected .* which jobTick does not/],
    [{ workflow: 'httpJob' }, /^args\[0\]\.url: is missing; write for example {"method":"POST",/],
    [{ workflow: 'httpJob', args: [] }, /^args\[0\]\.url: is missing/],
    [{ workflow: 'httpJob', args: ['https://a.example'] }, /^args\[0\]: expected {"method":"POST",/],
    [
      { workflow: 'httpJob', args: [{ url: 'https://a.example', method: 'post' }], taskQueue: 'others' },
      /^args\[0\]\.method: expected a registered method such as "POST", in upper case, got "post"/,
    ],
    [
      { workflow: 'httpJob', args: [{ url: 'https://a.example', timeout: 30 }] },
      /^args\[0\]\.timeout: expected "30 s", got 30/,
    ],
    [
      { workflow: 'httpJob', args: [{ url: 'https://a.example' }, 2] },
      /^args: httpJob takes one argument, got 2$/,
    ],
    [{ workflow: 'nightly', timeout: '101 years' }, /^timeout: expected a duration above 0/],
    [{ workflow: 'nightly', dataTimeOffset: '-101 years' }, /^dataTimeOffset: expected a duration/],
    [
      { workflow: 'nightly', retry: { maximumAttempts: 3e9 } },
      /^retry: maximumAttempts: expected .* 2147483647/,
    ],
    [{ workflow: 'nightly', timeout: 'long' }, /^timeout: .* got "long"$/],
    [{ workflow: 'nightly', timeout: Number.POSITIVE_INFINITY }, /^timeout: /],
    [
      { workflow: 'nightly', manualRuns: 'allow' },
      /^manualRuns: expected 'overlap' or 'refuse', got "allow"$/,
    ],
    [{ workflow: 'nightly', paused: 'yes' }, /^paused: expected a boolean, got "yes"$/],
    [
      { workflow: 'nightly', dataTimeOffset: 'yesterday' },
      /^dataTimeOffset: expected a duration, as in '-1 day'/,
    ],
    [
      { workflow: 'nightly', lane: 1 },
      /^lane: expected an object with some of name, share, taskQueue, got 1$/,
    ],
    [
      { workflow: 'nightly', lane: '灰度' },
      /^lane: expected a name of at most 64 letters, digits, dots, dashes and underscores, got "灰度"$/,
    ],
    [{ workflow: 'nightly', lane: { name: 'gray lane' } }, /^lane: name: expected a name of at most 64/],
    [{ workflow: 'nightly', lane: { share: 0.1 } }, /^lane: its name is missing; write "gray" or {"name":/],
    [
      { workflow: 'nightly', lane: { name: 'gray', share: 10 } },
      /^lane: share: expected a share from 0 to 1/,
    ],
    [
      { workflow: 'nightly', lane: { name: 'gray', taskQueue: '' } },
      /^lane: taskQueue: expected a non-empty string/,
    ],
    [
      { workflow: 'nightly', lane: { name: 'gray', url: 'http://a' } },
      /^lane: there is no key "url"; expected/,
    ],
    [{ workflow: 'nightly', loadtest: 1 }, /^loadtest: expected a boolean/],
    [{ workflow: 'nightly', loadTest: 1 }, /^loadtest: expected a boolean/],
    [
      { workflow: 'nightly', loadtest: true, loadTest: true },
      /^loadtest: means the same as loadTest; leave out one of them$/,
    ],
  ];
  for (const [spec, problem] of bad)
    it(`is refused: ${JSON.stringify(spec)}`, () => match(specProblem(spec, TYPES) ?? 'nothing', problem));

  it('is refused where the worker does not have its ticks', () =>
    match(
      specProblem({ workflow: 'nightly' }, ['nightly', 'scheduledJob']) ?? '',
      /write export { jobTick, scheduledJob } from 'temporal-job-tracing\/workflows'/,
    ));

  it('has no bare numbers as durations in its type', () => {
    const spec: ScheduledJobSpec = { workflow: 'nightly', timeout: '2 hours', dataTimeOffset: '-1 day' };
    // @ts-expect-error a bare number has no unit
    const timeout: ScheduledJobSpec = { ...spec, timeout: 30 };
    // @ts-expect-error nor has a string of digits
    const offset: ScheduledJobSpec = { ...spec, dataTimeOffset: '30' };
    // @ts-expect-error nor has a number in a retry policy
    const retry: ScheduledJobSpec = { ...spec, retry: { initialInterval: 10 } };
    for (const wrong of [timeout, offset, retry]) match(specProblem(wrong) ?? '', /expected "\d+ s"/);
  });

  it('is shown without an error for hostile values', () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    match(specProblem({ workflow: 'nightly', args: cyclic }) ?? 'right', /^right$/);
    match(specProblem({ workflow: cyclic }) ?? '', /got a object$/);
    match(specProblem({ workflow: () => {} }) ?? '', /got a function$/);
    match(specProblem({ workflow: 1n }) ?? '', /got a bigint$/);
  });
});

describe('a change', () => {
  const spec = { workflow: 'nightly', cron: '0 2 * * *', timeZone: 'Europe/Berlin' };

  it('keeps members that it does not name, and removes those that are null', () => {
    deepEqual(changed(spec, { cron: '@every 5m', timeZone: null, args: [1] }), {
      workflow: 'nightly',
      cron: '@every 5m',
      args: [1],
    });
    deepEqual(spec, { workflow: 'nightly', cron: '0 2 * * *', timeZone: 'Europe/Berlin' });
  });

  it('of loadTest replaces loadtest, which is what is stored', () => {
    const stored = { workflow: 'nightly', loadtest: true };
    deepEqual(changed(stored, { loadTest: false }), { workflow: 'nightly', loadtest: false });
    deepEqual(changed(stored, { loadTest: null }), { workflow: 'nightly' });
    deepEqual(changed({ workflow: 'nightly', loadTest: true }, { cron: '@daily' }), {
      workflow: 'nightly',
      loadtest: true,
      cron: '@daily',
    });
    match(changeProblem(stored, { loadTest: true, loadtest: true }) ?? '', /^loadtest: means the same/);
  });

  it('is checked together with the rest', () => {
    match(changeProblem(spec, { cron: '@every 5m' }) ?? '', /^timeZone: .* leave it out$/);
    match(changeProblem(spec, { workflow: null }) ?? '', /^workflow: expected the type/);
    match(changeProblem(spec, 'now') ?? '', /^change: expected an object as in {"cron":"0 3/);
    match(changeProblem(spec, { cron: 'now' }) ?? '', /^cron: /);
    equal(changeProblem(spec, { cron: '@daily' }), undefined);
  });
});

it('the time zone goes to the server with the expression', () => {
  equal(cronOf({ workflow: 'a', cron: '@daily', timeZone: 'Asia/Tokyo' }), 'CRON_TZ=Asia/Tokyo @daily');
  equal(cronOf({ workflow: 'a', cron: '@daily' }), '@daily');
  equal(cronOf({ workflow: 'a', cron: ' @daily\n' }), '@daily');
  equal(cronOf({ workflow: 'a', timeZone: 'Asia/Tokyo' }), undefined);
});

describe('the input of runNow', () => {
  it('may be left out', () => {
    for (const input of [undefined, null, {}, { args: [1], reason: 'a look' }])
      equal(runNowProblem(input), undefined);
  });
  const bad: [input: unknown, problem: RegExp][] = [
    ['now', /^runNow: expected an object as in {"args":\[\],"reason":"a look"}, got "now"$/],
    [[1], /^runNow: expected an object/],
    [{ args: 1 }, /^runNow: args: expected an array, one entry for each argument, got 1$/],
    [{ reason: 1 }, /^runNow: reason: expected a string, got 1$/],
    [{ arg: [1] }, /^runNow: there is no key "arg"; expected args, reason$/],
  ];
  for (const [input, problem] of bad)
    it(`is refused: ${JSON.stringify(input)}`, () => match(runNowProblem(input) ?? '', problem));
});

describe('docs/scheduled-jobs.md', () => {
  const page = readFileSync(path.join(__dirname, '../../docs/scheduled-jobs.md'), 'utf8');

  it('has inputs for the CLI that are right', () => {
    const inputs = [...page.matchAll(/--input '(.*?)'/g)].map(([, json = '']) => JSON.parse(json));
    ok(inputs.length >= 3);
    const spec = inputs.find((input) => 'workflow' in input);
    for (const input of inputs) {
      if (input === spec) equal(specProblem(input), undefined);
      else if ('cron' in input) equal(changeProblem(spec, input), undefined);
      else equal(runNowProblem(input), undefined);
    }
    const objects = [...page.matchAll(/^\| `(\w+)` \|.*?`(\{.*?\})`/gm)];
    ok(objects.length >= 2);
    for (const [, key = '', json = ''] of objects)
      equal(specProblem({ ...spec, [key]: JSON.parse(json) }), undefined);
  });

  it('names each key that there is', () => {
    const listed = /expected one of (.*)$/.exec(specProblem({ workflow: 'a', '?': 1 }) ?? '')?.[1];
    const documented = [...page.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)]
      .flatMap(([, keys = '']) => keys.split(', '))
      .map((key) => key.slice(1, -1));
    deepEqual(documented.sort(), listed?.split(', ').sort());
  });
});
