/**
 * The token in a callback URL: identifies the activity that waits for the report. It is signed, so that a caller can
 * complete only the activity whose URL it received.
 *
 * Contains ids and not Temporal's task token, which is valid for one attempt only: a service that recognises an
 * idempotency key reports to the URL of the first attempt.
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

/** Checks the key that signs the tokens. @throws {OptionError} if it is too short */
export function checkCallbackKey(key: unknown): asserts key is string {
  if (typeof key === 'string' && key.length >= MIN_KEY_LENGTH) return;
  const actual = typeof key === 'string' ? `a string of ${key.length} characters` : typeof key;
  throw secretOptionError(
    'createHttpActivities',
    'callback.key',
    `a secret string of at least ${MIN_KEY_LENGTH} characters`,
    actual,
  );
}

/** Returns the token for an activity: its ids and their signature, both in base64url. */
export function writeToken({ workflowId, runId, activityId }: WaitingActivity, key: string): string {
  const encodedIds = Buffer.from(JSON.stringify([workflowId, runId, activityId])).toString('base64url');
  return `${encodedIds}.${signature(encodedIds, key).toString('base64url')}`;
}

/** Returns the activity of a token; `undefined` if the token was not signed with this key. Never throws. */
export function readToken(token: string, key: string): WaitingActivity | undefined {
  const [encodedIds = '', encodedSignature = ''] = token.split('.');
  const [expected, actual] = [signature(encodedIds, key), Buffer.from(encodedSignature, 'base64url')];
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined;
  const ids = safely(() => JSON.parse(Buffer.from(encodedIds, 'base64url').toString()) as unknown);
  if (!Array.isArray(ids) || ids.length !== 3 || !ids.every((id) => typeof id === 'string')) return undefined;
  const [workflowId, runId, activityId] = ids as [string, string, string];
  return { workflowId, runId, activityId };
}

function signature(text: string, key: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
