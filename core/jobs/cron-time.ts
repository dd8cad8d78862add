/**
 * The ticks of a cron expression, as the Temporal server computes them: in the expression's time zone, where a
 * wall-clock time that is skipped by a change to summer time has no tick.
 *
 * Pure; reads the process's time zone data, so no workflow command may depend on it.
 */
import { type CronExpression, type CronFields, parseCron } from './cron-expression';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Years that the server looks ahead. */
const MAX_YEARS = 5;

/** Wall-clock time; months from 1. */
interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/**
 * Returns the first tick after a time, in milliseconds since the epoch; `undefined` if there is none within 5 years.
 *
 * @param afterMs milliseconds since the epoch; for `@every`, the previous tick or the start of the cron
 * @throws {RangeError} for an invalid expression
 */
export function nextTickMs(cron: string, afterMs: number): number | undefined {
  return nextOf(parseCron(cron), afterMs);
}

/**
 * Returns at most `max` ticks after one time and up to another, in milliseconds since the epoch.
 *
 * @param afterMs as for {@link nextTickMs}
 * @throws {RangeError} for an invalid expression
 */
export function ticksBetween(cron: string, afterMs: number, untilMs: number, max: number): number[] {
  const expression = parseCron(cron);
  const ticks: number[] = [];
  for (let tick = nextOf(expression, afterMs); tick !== undefined && tick <= untilMs; ) {
    ticks.push(tick);
    if (ticks.length === max) break;
    tick = nextOf(expression, tick);
  }
  return ticks;
}

function nextOf(expression: CronExpression, afterMs: number): number | undefined {
  if (expression.kind === 'every') return Math.floor(afterMs / 1_000) * 1_000 + expression.everyMs;
  const { fields, timeZone } = expression;
  const clock = clockOf(timeZone);
  const lastYear = clock(afterMs).year + MAX_YEARS;
  let ms = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
  for (;;) {
    const wall = clock(ms);
    if (wall.year > lastYear) return undefined;
    if (!matchesDay(fields, wall)) {
      const date = nextDate(fields, wall, lastYear);
      if (date === undefined) return undefined;
      // To two hours before its midnight, whatever clock changes are in between; then on by the hour.
      const offsetMs = utcOf(wall) - ms;
      ms = Math.max(ms + HOUR_MS - wall.minute * MINUTE_MS, date - offsetMs - 2 * HOUR_MS);
    } else if (!fields.hours.has(wall.hour)) {
      ms += HOUR_MS - wall.minute * MINUTE_MS;
    } else if (!fields.minutes.has(wall.minute)) {
      ms += MINUTE_MS;
    } else {
      return ms;
    }
  }
}

/** Returns midnight, as if it were UTC, of the next matching date; `undefined` if there is none. */
function nextDate(fields: CronFields, { year, month, day }: WallClock, lastYear: number): number | undefined {
  for (let later = 1; ; later++) {
    const date = new Date(Date.UTC(year, month - 1, day + later));
    if (date.getUTCFullYear() > lastYear) return undefined;
    if (matchesDay(fields, utcClock(date.getTime()))) return date.getTime();
  }
}

function matchesDay(fields: CronFields, { year, month, day }: WallClock): boolean {
  if (!fields.months.has(month)) return false;
  const byMonth = fields.daysOfMonth.has(day);
  const byWeek = fields.daysOfWeek.has(new Date(Date.UTC(year, month - 1, day)).getUTCDay());
  return fields.eitherDay ? byMonth || byWeek : byMonth && byWeek;
}

function clockOf(timeZone: string): (ms: number) => WallClock {
  if (timeZone === 'UTC') return utcClock;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (ms) => {
    const parts = format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]);
    return Object.fromEntries(parts) as WallClock;
  };
}

function utcClock(ms: number): WallClock {
  const date = new Date(ms);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
}

function utcOf({ year, month, day, hour, minute }: WallClock): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}
