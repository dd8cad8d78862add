/**
 * The sentence of an alert. Plain text: job names, ids and errors come from users and are not trusted. Pure.
 */
import type { AlertDetails, AlertMessage, AlertRun, Subject } from './incident/message';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MAX_ERROR_LENGTH = 200;

/** Returns the message as one sentence. */
export function alertText(subject: Subject, message: AlertMessage): string {
  const text = sentence(subject, message);
  if (message.reminder) return `Still open: ${text}`;
  return message.merged ? `${text} (resolved at ${time(message.resolvedMs)})` : text;
}

/** Returns the duration with at most two units, as in `1 h 5 min` or `14.2 s`. */
export function durationText(ms: number): string {
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < HOUR) return twoUnits(ms, MINUTE, 'min', SECOND, 's');
  if (ms < 2 * DAY) return twoUnits(ms, HOUR, 'h', MINUTE, 'min');
  return twoUnits(ms, DAY, 'd', HOUR, 'h');
}

function twoUnits(ms: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)} ${bigName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

type Phrases = Readonly<Partial<Record<AlertMessage['type'], readonly [one: string, many: string]>>>;

/** Phrases for a group of one job and of several jobs, by state. */
const OF_GROUP: Readonly<Record<AlertMessage['state'], Phrases>> = Object.freeze({
  open: {
    'job.failing': ['job keeps failing and is being retried', 'jobs keep failing and are being retried'],
    'job.slow': ['job is slow', 'jobs are slow'],
    'job.overdue': ['job is overdue', 'jobs are overdue'],
    'job.stuck': ['job is stuck', 'jobs are stuck'],
  },
  resolved: {
    'job.recovered': ['job has recovered', 'jobs have recovered'],
    'job.slow': ['slow job has ended', 'slow jobs have ended'],
    'job.overdue': ['job is no longer overdue', 'jobs are no longer overdue'],
    'job.stuck': ['job is no longer stuck', 'jobs are no longer stuck'],
  },
});

function sentence(subject: Subject, message: AlertMessage): string {
  if (subject.kind === 'group') {
    const { jobs = [], jobCount = jobs.length } = message.facts;
    const [one, many] = OF_GROUP[message.state][message.type] ?? ['job failed', 'jobs failed'];
    return `${plural(jobCount, one, many)}: ${list(jobs, jobCount)}`;
  }
  const isOver = message.state === 'resolved' && !message.merged;
  return isOver ? endOf(subject.name, message) : beginningOf(subject.name, message);
}

function beginningOf(name: string, { type, facts, flapping, merged }: AlertMessage): string {
  switch (type) {
    case 'job.failed':
      if (flapping) return `${name} is flapping: it failed and recovered three times within 24 hours`;
      return `${name} failed${times(facts)}${because(facts)}`;
    case 'job.failing':
      return `${name} keeps failing: ${attempts(facts)} so far, still being retried${because(facts)}`;
    case 'job.recovered':
      return `${name} has recovered`;
    case 'job.slow':
      return `${name} ${merged ? 'was' : 'is'} slow: ${slow(facts)}${waitsFor(facts)}`;
    case 'job.overdue':
      return `${name} is overdue: ${lastSuccess(facts)}, expected every ${durationText(facts.withinMs ?? 0)}`;
    case 'job.no_worker':
      return `Task queue ${name} has no worker: ${waiting(facts)}`;
    case 'job.stuck':
      return `${name} is stuck: its workflow task is in attempt ${facts.attempts ?? 0}${because(facts)}`;
    case 'watcher.blind':
      return `Alerting is impaired: ${facts.reason ?? ''}`;
    case 'watcher.test':
      return `This is a test of channel ${name}`;
  }
}

function endOf(name: string, { type, facts, sinceMs, resolvedMs = 0 }: AlertMessage): string {
  const lasted = durationText(Math.max(0, resolvedMs - sinceMs));
  switch (type) {
    case 'job.slow':
      return `${name} ended after ${took(facts.run, resolvedMs)}; it was slow`;
    case 'job.no_worker':
      return `Task queue ${name} has a worker again after ${lasted}`;
    case 'job.overdue':
      return `${name} is no longer overdue`;
    case 'job.stuck':
      return `${name} is no longer stuck after ${lasted}`;
    case 'watcher.blind':
      return `Alerting is no longer impaired: ${facts.reason ?? ''}`;
    default:
      return `${name} has recovered after ${lasted}`;
  }
}

function slow({ elapsedMs = 0, limitMs = 0, usualMs }: AlertDetails): string {
  const usual = usualMs === undefined ? '' : `, usually ${durationText(usualMs)}`;
  return `${durationText(elapsedMs)}${usual} (limit ${durationText(limitMs)})`;
}

function took(run: AlertRun | undefined, endMs: number): string {
  return durationText(Math.max(0, endMs - (run?.dueMs ?? endMs)));
}

function waitsFor({ pending = [] }: AlertDetails): string {
  const [first] = pending;
  if (first === undefined) return '';
  const { activity, attempt, noWorkerOn } = first;
  if (noWorkerOn !== undefined) return `; ${activity} waits for a worker on ${noWorkerOn}`;
  return attempt > 1 ? `; ${activity} is in attempt ${attempt}` : `; ${activity} is running`;
}

function waiting({ waiting: runs = 0, jobs = [], jobCount = jobs.length }: AlertDetails): string {
  return `${plural(runs, 'run is waiting', 'runs are waiting')} (${list(jobs, jobCount)})`;
}

function list(names: readonly string[], count: number): string {
  const more = count > names.length ? ` and ${count - names.length} more` : '';
  return `${names.join(', ')}${more}`;
}

function lastSuccess({ lastSuccessMs }: AlertDetails): string {
  return lastSuccessMs === undefined ? 'no success yet' : `last success ${time(lastSuccessMs)}`;
}

function times({ failures = 1 }: AlertDetails): string {
  return failures > 1 ? ` ${failures} times in a row` : '';
}

function attempts({ attempts: count = 1 }: AlertDetails): string {
  return plural(count, 'attempt', 'attempts');
}

function because({ error }: AlertDetails): string {
  if (error === undefined) return '';
  const { type, message } = error;
  return `: ${cut(type === undefined ? message : `${type}: ${message}`, MAX_ERROR_LENGTH)}`;
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function time(ms = 0): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

function cut(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
