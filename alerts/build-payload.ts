/**
 * Builds the body of a message from an incident's message. Pure. All lengths stay within the limits of
 * alert.schema.json.
 */
import { rootSpanIdOfRun } from '../core/trace-id';
import { fillTraceUrl } from '../core/trace-url';
import { defined } from '../core/util/defined';
import type { AlertDetails, AlertMessage, AlertRun, Subject } from './incident/message';
import type { AlertPayload, AlertPayloadData, AlertPayloadRun } from './payload';
import { alertText } from './text';

/** Base addresses and templates of the links in a message; without one, the link is left out. */
export interface LinkTargets {
  readonly consoleUrl?: string;
  readonly webUiUrl?: string;
  /** Template of a trace's address, compiled by `compileTraceUrl`. */
  readonly traceUrl?: string;
}

const MAX_NAME = 1_000;
const MAX_TEXT = 4_000;
const MAX_ERROR = 2_000;
const MAX_PENDING = 10;
const MAX_JOBS = 20;
const MAX_LINK = 4_000;

export function buildPayload(
  namespace: string,
  subject: Subject,
  message: AlertMessage,
  targets: LinkTargets,
): AlertPayload {
  const { type, state, sinceMs, resolvedMs, reminder, flapping, queuedMs, facts } = message;
  const { run, taskQueue, attempts, failures, waiting, withinMs, reason, usualMs, limitMs } = facts;
  const atMs = resolvedMs ?? queuedMs;
  const data: AlertPayloadData = defined({
    state,
    namespace: cut(namespace, MAX_NAME),
    text: cut(alertText(subject, message), MAX_TEXT),
    job: subject.kind === 'job' ? cut(subject.name, MAX_NAME) : undefined,
    taskQueue: taskQueue === undefined ? undefined : cut(taskQueue, MAX_NAME),
    run: run && payloadRun(run, facts.elapsedMs, atMs),
    error: facts.error && payloadError(facts.error),
    since: iso(sinceMs),
    resolved: state === 'resolved' ? iso(atMs) : undefined,
    usualMs,
    limitMs,
    pending: facts.pending?.slice(0, MAX_PENDING).map(payloadPending),
    attempts,
    failures,
    lastSuccess: facts.lastSuccessMs === undefined ? undefined : iso(facts.lastSuccessMs),
    withinMs,
    waiting,
    jobs: payloadJobs(facts),
    reminder,
    flapping,
    reason: reason === undefined ? undefined : cut(reason, MAX_TEXT),
    links: run && linksOf(namespace, run, targets),
  });
  return { type, timestamp: iso(queuedMs), data };
}

function payloadRun(run: AlertRun, elapsedMs: number | undefined, atMs: number): AlertPayloadRun {
  const { dueMs, startedMs, closedMs, workflowId, runId, workflowType, trigger, attempt, traceId, recorded } =
    run;
  return defined({
    workflowId: cut(workflowId, MAX_NAME),
    runId,
    workflowType: cut(workflowType, MAX_NAME),
    trigger,
    attempt,
    due: iso(dueMs),
    started: startedMs === undefined ? undefined : iso(startedMs),
    closed: closedMs === undefined ? undefined : iso(closedMs),
    elapsedMs: Math.max(0, closedMs === undefined ? (elapsedMs ?? atMs - dueMs) : closedMs - dueMs),
    waitedMs: startedMs === undefined ? undefined : Math.max(0, startedMs - dueMs),
    traceId,
    recorded,
  });
}

function payloadError({ type, message }: NonNullable<AlertDetails['error']>): AlertPayloadData['error'] {
  const bounded = cut(message, MAX_ERROR);
  return type ? { type: cut(type, MAX_NAME), message: bounded } : { message: bounded };
}

function payloadPending({
  activity,
  attempt,
  lastFailure,
  noWorkerOn,
}: NonNullable<AlertDetails['pending']>[number]) {
  return defined({
    activity: cut(activity, MAX_NAME),
    attempt,
    lastFailure: lastFailure === undefined ? undefined : cut(lastFailure, MAX_ERROR),
    noWorkerOn: noWorkerOn === undefined ? undefined : cut(noWorkerOn, MAX_NAME),
  });
}

function payloadJobs({ jobs, jobCount }: AlertDetails): AlertPayloadData['jobs'] {
  if (jobs === undefined) return undefined;
  return {
    names: jobs.slice(0, MAX_JOBS).map((name) => cut(name, MAX_NAME)),
    count: jobCount ?? jobs.length,
  };
}

function linksOf(namespace: string, run: AlertRun, targets: LinkTargets): AlertPayloadData['links'] {
  const { workflowId, runId, traceId, dueMs, closedMs, recorded } = run;
  const { consoleUrl, webUiUrl, traceUrl } = targets;
  const template = traceUrl ?? (consoleUrl === undefined ? undefined : `${consoleUrl}/traces/{traceId}`);
  const values = { traceId, spanId: rootSpanIdOfRun(runId), runId, startMs: dueMs, endMs: closedMs };
  const [space, id, execution] = [namespace, workflowId, runId].map(encodeURIComponent);
  return defined({
    // A run that is not sampled has no trace to link to.
    trace: template === undefined || recorded === false ? undefined : link(fillTraceUrl(template, values)),
    run: consoleUrl === undefined ? undefined : link(`${consoleUrl}/runs/${execution}?namespace=${space}`),
    webUi:
      webUiUrl === undefined
        ? undefined
        : link(`${webUiUrl}/namespaces/${space}/workflows/${id}/${execution}/history`),
  });
}

/** Returns the link in ASCII; `undefined` if it is too long, since a truncated one would be broken. */
function link(url: string): string | undefined {
  const { href } = new URL(url);
  return href.length > MAX_LINK ? undefined : href;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
