/**
 * The token in a call-back's URL: names the activity that waits for the report, and is signed, so that nobody who
 * can reach the URL can complete activities that it was not given for.
 *
 * By ids and not by Temporal's task token: that holds for one attempt, while a service that has seen the same
 * idempotency key before reports to the URL that it was given first.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { secretOptionError } from '../../core/util/option-error';
import { safely } from '../../core/util/untrusted';

/** The activity that waits for a report. */
export interface WaitingActivity {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
}

const MIN_KEY_LENGTH = 16;

/** @throws {OptionError} when the key is too short to protect anything */
export function checkCallbackKey(key: unknown): asserts key is string {
  if (typeof key === 'string' && key.length >= MIN_KEY_LENGTH) return;
  const given = typeof key === 'string' ? `a string of ${key.length} characters` : typeof key;
  throw secretOptionError(
    'createHttpActivities',
    'callback.key',
    `a secret string of at least ${MIN_KEY_LENGTH} characters`,
    given,
  );
}

export function writeToken({ workflowId, runId, activityId }: WaitingActivity, key: string): string {
  const named = Buffer.from(JSON.stringify([workflowId, runId, activityId])).toString('base64url');
  return `${named}.${signature(named, key).toString('base64url')}`;
}

/** `undefined`: the token was not written with this key. Never throws. */
export function readToken(token: string, key: string): WaitingActivity | undefined {
  const [named = '', signed = ''] = token.split('.');
  const [expected, given] = [signature(named, key), Buffer.from(signed, 'base64url')];
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  const ids = safely(() => JSON.parse(Buffer.from(named, 'base64url').toString()) as unknown);
  if (!Array.isArray(ids) || ids.length !== 3 || !ids.every((id) => typeof id === 'string')) return undefined;
  const [workflowId, runId, activityId] = ids as [string, string, string];
  return { workflowId, runId, activityId };
}

function signature(text: string, key: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
