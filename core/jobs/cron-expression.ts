/**
 * Cron expressions as the Temporal server parses them: five fields, a name such as `@daily`, or `@every`, each
 * with an optional time zone in front (`CRON_TZ=Europe/Berlin 0 2 * * *`).
 *
 * Pure. No more generous than the server (robfig/cron v3): an expression that it refuses would fail the workflow
 * task forever once it is in a command.
 */

/** Matching values by field; `daysOfMonth` and `daysOfWeek` match a day together, see `eitherDay`. */
export interface CronFields {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  /** From 1, January. */
  readonly months: ReadonlySet<number>;
  /** From 0, Sunday. */
  readonly daysOfWeek: ReadonlySet<number>;
  /** Whether both kinds of days are restricted, so that a match of one of them is enough. */
  readonly eitherDay: boolean;
}

/** A parsed cron expression. */
export type CronExpression =
  | { readonly kind: 'every'; readonly everyMs: number }
  | { readonly kind: 'fields'; readonly timeZone: string; readonly fields: CronFields };

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const FIELDS = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const satisfies readonly Field[];

const DESCRIPTORS: Readonly<Record<string, string>> = Object.freeze({
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
});

const ZONE_PREFIX = /^(?:CRON_)?TZ=(?<zone>\S*) +(?<rest>.*)$/;
/** Matches a part of an IANA name in its proper case: the server looks a zone up as a file, by its exact name. */
const ZONE_PART = /^(?:[A-Z]{1,3}(?![A-Z])|[A-Z][A-Za-z_]*[a-z])/;
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 3.6e6,
};
/** Longest interval: the 5 years that other expressions look ahead. The server cannot parse more than 292 years. */
const MAX_EVERY_MS = 5 * 366 * 86_400_000;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/;

/**
 * Parses a cron expression. The caller has to remove white space around it, which the server does not ignore.
 *
 * @throws {RangeError} with the problem and the expectation
 */
export function parseCron(text: string): CronExpression {
  const { zone, rest = text } = ZONE_PREFIX.exec(text)?.groups ?? {};
  const timeZone = zone === undefined ? 'UTC' : checkTimeZone(zone);
  const expression = zone === undefined ? rest : rest.trim();
  if (expression.startsWith('@every')) return { kind: 'every', everyMs: everyMs(expression) };
  return { kind: 'fields', timeZone, fields: parseFields(expression) };
}

/** Returns the zone. @throws {RangeError} if it is not an IANA time zone in its proper case */
export function checkTimeZone(zone: string): string {
  const known = knownZone(zone);
  const isInOtherCase = known !== zone && known?.toLowerCase() === zone.toLowerCase();
  if (known !== undefined && !isInOtherCase && zone.split('/').every((part) => ZONE_PART.test(part)))
    return zone;
  throw new RangeError(`"${zone}" is not a time zone: write one as in Europe/Berlin or UTC`);
}

/** Returns the canonical name of a zone in any case or under an older name; `undefined` if there is none. */
function knownZone(zone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** Returns the interval in milliseconds, cut to whole seconds as the server does. */
function everyMs(expression: string): number {
  const text = expression.slice('@every '.length);
  if (!expression.startsWith('@every ') || !DURATION.test(text))
    throw new RangeError(`"${expression}" has no duration: write one as in @every 90s, @every 1h30m`);
  const parts = text.matchAll(/(?<value>[\d.]+)(?<unit>[a-zµ]+)/g);
  let ms = 0;
  for (const { groups } of parts) ms += Number(groups?.value) * (UNIT_MS[groups?.unit ?? ''] ?? 0);
  if (ms < 1_000) throw new RangeError(`"${expression}" is too often: ticks are at least a second apart`);
  if (ms > MAX_EVERY_MS) throw new RangeError(`"${expression}" is too rare: ticks are at most 5 years apart`);
  return Math.floor(ms / 1_000) * 1_000;
}

function parseFields(expression: string): CronFields {
  const text = expression.startsWith('@') ? DESCRIPTORS[expression] : expression;
  if (text === undefined)
    throw new RangeError(
      `"${expression}" is unknown: write ${Object.keys(DESCRIPTORS).join(', ')} or @every 5m`,
    );
  const parts = text.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== FIELDS.length)
    throw new RangeError(
      `"${expression}" has ${parts.length} fields, not 5: minute, hour, day of month, month, day of week, ` +
        'as in "0 2 * * *"',
    );
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = FIELDS.map((field, index) =>
    parseField(parts[index] ?? '', field),
  ) as [FieldValues, FieldValues, FieldValues, FieldValues, FieldValues];
  return {
    minutes: minutes.values,
    hours: hours.values,
    daysOfMonth: daysOfMonth.values,
    months: months.values,
    daysOfWeek: daysOfWeek.values,
    eitherDay: !daysOfMonth.isStar && !daysOfWeek.isStar,
  };
}

interface FieldValues {
  readonly values: ReadonlySet<number>;
  /** Whether the field has a `*` or `?` without a step, and so restricts nothing. */
  readonly isStar: boolean;
}

function parseField(text: string, field: Field): FieldValues {
  const values = new Set<number>();
  let isStar = false;
  for (const part of text.split(',')) {
    const range = parseRange(part, field);
    isStar ||= range.isStar;
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
  }
  return { values, isStar };
}

function parseRange(part: string, field: Field) {
  const refuse = (why: string): never => {
    throw new RangeError(`"${part}" is not a valid ${field.name}: ${why}`);
  };
  const [range = '', stepText, ...more] = part.split('/');
  if (more.length > 0) refuse('it has more than one "/"');
  const step = stepText === undefined ? 1 : Number(/^\d+$/.exec(stepText)?.[0] ?? 0);
  if (step === 0) refuse('the step after "/" is an integer from 1');
  if (range === '*' || range === '?') return { from: field.min, to: field.max, step, isStar: step === 1 };
  const [from = Number.NaN, to, ...others] = range.split('-').map((text) => parseValue(text, field));
  const last = to ?? (stepText === undefined ? from : field.max);
  const isInRange = from >= field.min && last <= field.max && from <= last && others.length === 0;
  if (!isInRange)
    refuse(`expected ${field.min} to ${field.max}, a range as in ${field.min}-${field.max}, or *`);
  return { from, to: last, step, isStar: false };
}

function parseValue(text: string, { min, names = [] }: Field): number {
  const index = names.indexOf(text.toLowerCase());
  if (index >= 0) return index + min;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
