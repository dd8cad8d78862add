/**
 * Cron expressions: which are valid, the messages for the others, and their ticks; as on the server (robfig/cron v3).
 */
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkTimeZone, parseCron } from '../core/jobs/cron-expression';
import { nextTickMs, ticksBetween } from '../core/jobs/cron-time';

const next = (cron: string, after: string) => {
  const ms = nextTickMs(cron, Date.parse(after));
  return ms === undefined ? undefined : new Date(ms).toISOString().replace(':00.000Z', '');
};

describe('a cron expression ticks', () => {
  const table: [cron: string, after: string, tick: string | undefined][] = [
    ['* * * * *', '2026-03-01T10:00:00Z', '2026-03-01T10:01'],
    ['* * * * *', '2026-03-01T10:00:59.999Z', '2026-03-01T10:01'],
    ['0 2 * * *', '2026-03-01T01:59:59Z', '2026-03-01T02:00'],
    ['0 2 * * *', '2026-03-01T02:00:00Z', '2026-03-02T02:00'],
    ['*/15 * * * *', '2026-03-01T10:46:00Z', '2026-03-01T11:00'],
    ['5/20 * * * *', '2026-03-01T10:00:00Z', '2026-03-01T10:05'],
    ['5/20 * * * *', '2026-03-01T10:45:00Z', '2026-03-01T11:05'],
    ['0 9-17/4 * * *', '2026-03-01T13:00:00Z', '2026-03-01T17:00'],
    ['0,30 8,20 * * *', '2026-03-01T08:30:00Z', '2026-03-01T20:00'],
    ['0 0 1 * ?', '2026-12-01T00:00:00Z', '2027-01-01T00:00'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00'],
    ['0 0 30 2 *', '2026-01-01T00:00:00Z', undefined],
    ['0 0 31 4,6 *', '2026-01-01T00:00:00Z', undefined],
    ['0 0 * JAN,Jul mon-fri', '2026-01-31T00:00:00Z', '2026-07-01T00:00'],
    // If both days are restricted, one of them must match. A star, or a star with a step of 1, is no restriction.
    ['0 0 13 * 5', '2026-03-01T00:00:00Z', '2026-03-06T00:00'],
    ['0 0 13 * */1', '2026-03-01T00:00:00Z', '2026-03-13T00:00'],
    ['0 0 13 * */2', '2026-03-01T00:00:00Z', '2026-03-03T00:00'],
    ['@hourly', '2026-03-01T10:00:00Z', '2026-03-01T11:00'],
    ['@daily', '2026-03-01T10:00:00Z', '2026-03-02T00:00'],
    ['@midnight', '2026-03-01T10:00:00Z', '2026-03-02T00:00'],
    ['@weekly', '2026-03-01T10:00:00Z', '2026-03-08T00:00'],
    ['@monthly', '2026-03-01T10:00:00Z', '2026-04-01T00:00'],
    ['@yearly', '2026-03-01T10:00:00Z', '2027-01-01T00:00'],
    ['@annually', '2026-03-01T10:00:00Z', '2027-01-01T00:00'],
    ['@every 90s', '2026-03-01T10:00:00.700Z', '2026-03-01T10:01:30.000Z'],
    ['@every 1h30m', '2026-03-01T10:00:00Z', '2026-03-01T11:30'],
    ['@every 1500ms', '2026-03-01T10:00:00Z', '2026-03-01T10:00:01.000Z'],
    ['@every 1.5m', '2026-03-01T10:00:00Z', '2026-03-01T10:01:30.000Z'],
    ['CRON_TZ=Asia/Kolkata 30 2 * * *', '2026-03-01T00:00:00Z', '2026-03-01T21:00'],
    ['TZ=America/New_York 0 2 * * *', '2026-01-01T00:00:00Z', '2026-01-01T07:00'],
    ['CRON_TZ=Australia/Lord_Howe @daily', '2026-07-01T00:00:00Z', '2026-07-01T13:30'],
    // Summer time in Berlin begins on 29 March 2026, so that 02:30 does not exist.
    ['CRON_TZ=Europe/Berlin 30 2 * * *', '2026-03-28T02:00:00Z', '2026-03-30T00:30'],
    ['CRON_TZ=Europe/Berlin 30 3 * * *', '2026-03-28T03:00:00Z', '2026-03-29T01:30'],
    // It ends on 25 October 2026, so that 02:30 occurs twice; the server ticks twice as well.
    ['CRON_TZ=Europe/Berlin 30 2 * * *', '2026-10-24T12:00:00Z', '2026-10-25T00:30'],
    ['CRON_TZ=Europe/Berlin 30 2 * * *', '2026-10-25T00:30:00Z', '2026-10-25T01:30'],
    // A day without midnight: clocks change from 00:00 to 01:00 in Santiago on 6 September 2026.
    ['CRON_TZ=America/Santiago 0 12 6 9 *', '2026-01-01T00:00:00Z', '2026-09-06T15:00'],
  ];
  for (const [cron, after, tick] of table)
    it(`${cron}, after ${after}: ${tick ?? 'never'}`, () => equal(next(cron, after), tick));

  it('each in turn, as many as asked for', () => {
    const from = Date.parse('2026-03-01T10:00:00Z');
    const minutes = (count: number) =>
      Array.from({ length: count }, (_, index) => from + (index + 1) * 60_000);
    deepEqual(ticksBetween('* * * * *', from, from + 180_000, 100), minutes(3));
    deepEqual(ticksBetween('* * * * *', from, from + 180_000, 2), minutes(2));
    deepEqual(ticksBetween('* * * * *', from, from + 59_999, 100), []);
  });
});

describe('a cron expression is refused', () => {
  const table: [cron: string, why: RegExp][] = [
    ['', /has 0 fields, not 5: minute, hour, day of month, month, day of week/],
    ['* * * *', /has 4 fields, not 5/],
    ['0 0 2 * * *', /has 6 fields, not 5/],
    ['60 * * * *', /"60" is not a valid minute: expected 0 to 59/],
    ['* 24 * * *', /"24" is not a valid hour: expected 0 to 23/],
    ['* * 0 * *', /"0" is not a valid day of month: expected 1 to 31/],
    ['* * * 13 *', /"13" is not a valid month: expected 1 to 12/],
    ['* * * * 7', /"7" is not a valid day of week: expected 0 to 6/],
    ['* * * * funday', /"funday" is not a valid day of week/],
    ['jan * * * *', /"jan" is not a valid minute/],
    ['5-1 * * * *', /"5-1" is not a valid minute/],
    ['1-2-3 * * * *', /"1-2-3" is not a valid minute/],
    ['-1 * * * *', /"-1" is not a valid minute/],
    ['1.5 * * * *', /"1.5" is not a valid minute/],
    ['*/0 * * * *', /the step after "\/" is an integer from 1/],
    ['*/x * * * *', /the step after "\/" is an integer from 1/],
    ['*/2/2 * * * *', /more than one "\/"/],
    ['1,,2 * * * *', /"" is not a valid minute/],
    ['@fortnightly', /"@fortnightly" is unknown: write @yearly, .*@hourly or @every 5m/],
    ['@every', /has no duration: write one as in @every 90s/],
    ['@every5m', /has no duration/],
    ['@every 5', /has no duration/],
    ['@every 5 m', /has no duration/],
    ['@every -5m', /has no duration/],
    ['@every 1d', /has no duration/],
    ['@every  5m', /has no duration/],
    ['@every 3000000h', /is too rare: ticks are at most 5 years apart/],
    ['@every 0s', /is too often: ticks are at least a second apart/],
    ['@every 500ms', /is too often/],
    ['CRON_TZ=Mars/Olympus 0 2 * * *', /"Mars\/Olympus" is not a time zone: write one as in Europe\/Berlin/],
    [
      'CRON_TZ=europe/berlin 0 2 * * *',
      /"europe\/berlin" is not a time zone: write one as in Europe\/Berlin/,
    ],
    ['CRON_TZ=ASIA/KOLKATA 0 2 * * *', /"ASIA\/KOLKATA" is not a time zone/],
    ['CRON_TZ=utc 0 2 * * *', /"utc" is not a time zone/],
    ['CRON_TZ=prc 0 2 * * *', /"prc" is not a time zone/],
    ['CRON_TZ=+08:00 0 2 * * *', /"\+08:00" is not a time zone/],
    ['CRON_TZ=UTC\t0 2 * * *', /has 6 fields, not 5/],
    [' CRON_TZ=UTC 0 2 * * *', /has 6 fields, not 5/],
    [' @daily', /has 1 fields, not 5/],
    ['@daily ', /"@daily " is unknown/],
    ['CRON_TZ= 0 2 * * *', /"" is not a time zone/],
    ['CRON_TZ=UTC', /has 1 fields, not 5/],
  ];
  for (const [cron, why] of table)
    it(JSON.stringify(cron), () => throws(() => parseCron(cron), { name: 'RangeError', message: why }));
});

describe('a time zone', () => {
  it('may have any valid name, even an older one', () => {
    const older = [
      'Asia/Kolkata',
      'America/Buenos_Aires',
      'US/Eastern',
      'EST5EDT',
      'PRC',
      'GB-Eire',
      'Etc/UCT',
    ];
    const names = [...Intl.supportedValuesOf('timeZone'), ...older, 'UTC', 'GMT', 'Etc/GMT+5'];
    ok(names.length > 400);
    for (const name of names) equal(checkTimeZone(name), name);
  });
});
