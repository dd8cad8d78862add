/**
 * Names of everything that the sampling policy has in Redis, and the scripts that read and write it.
 *
 * Documented in docs/sampling.md and stable: operators use these keys with `redis-cli` alone. The hash tag keeps
 * them in one slot of a Redis Cluster.
 */
import { MAX_NAME_LENGTH } from '../../core/server-limits';
import { optionError } from '../../core/util/option-error';
import { MAX_RULES } from '../policy';
import { MAX_RULE_LENGTH } from './live-rule';

export interface KeySpace {
  /** Hash: job name or pattern → rule as JSON. */
  readonly policy: string;
  /** Whole number that only grows; absent counts as 0. */
  readonly revision: string;
  /** Channel: any message makes the workers look at once. */
  readonly changed: string;
  /** Sorted set of job names whose last run was slow, by time in milliseconds. */
  readonly slow: string;
  /** Prefix of the counts of runs in windows; they expire with their window. */
  readonly windows: string;
}

const DEFAULT_PREFIX = 'job-tracing';
const MAX_SLOW_JOBS = 1_000;
/** A name of as many characters as a name may have takes no more in UTF-8; one byte more, and it is too long. */
const MAX_NAME_BYTES = 4 * MAX_NAME_LENGTH;
/** The same for the text of a rule. */
const MAX_RULE_BYTES = 4 * MAX_RULE_LENGTH;
const MAX_REVISION_BYTES = 100;
/** Long enough for a job that runs once a month. */
const SLOW_SIGN_MS = 35 * 24 * 60 * 60 * 1_000;

/** @throws {OptionError} of `subject` if the prefix would break the hash tag */
export function keySpace(subject: string, prefix: string = DEFAULT_PREFIX): KeySpace {
  if (typeof prefix !== 'string' || !/^[^{}\s]{1,100}$/.test(prefix)) {
    throw optionError(subject, 'redisPrefix', 'up to 100 characters without spaces and braces', prefix);
  }
  const tag = `{${prefix}}`;
  return Object.freeze({
    policy: `${tag}:policy`,
    revision: `${tag}:revision`,
    changed: `${tag}:changed`,
    slow: `${tag}:slow`,
    windows: `${tag}:runs`,
  });
}

/** The policy as it stands in Redis, unchecked. */
export interface PolicyReading {
  /** Text of the revision, `null` if there is none. */
  readonly revision: string | null;
  /** Of all that is read; given back with the next question. */
  readonly digest: string;
  /** JSON by pattern; `undefined`: as it was when the digest was the one given. */
  readonly texts: ReadonlyMap<string, string> | undefined;
  readonly slow: readonly string[];
}

/**
 * KEYS policy, revision, slow; ARGV the digest last seen. Writes nothing, so that a replica can answer too. Whatever
 * somebody has written there, the answer is bounded: what is too long is cut, and still too long for its reader.
 */
const READ = `
if redis.call('HLEN', KEYS[1]) > ${MAX_RULES} then return redis.error_reply('ERR more than ${MAX_RULES} rules') end
local texts = redis.call('HGETALL', KEYS[1])
local revision = redis.call('GET', KEYS[2])
local digest = redis.sha1hex(table.concat(texts, '\\n') .. '\\n' .. (revision or ''))
if digest == ARGV[1] then texts = false end
for i, text in ipairs(texts or {}) do
  texts[i] = string.sub(text, 1, i % 2 == 1 and ${MAX_NAME_BYTES + 1} or ${MAX_RULE_BYTES + 1})
end
local slow = {}
local members = redis.pcall('ZRANGE', KEYS[3], -${MAX_SLOW_JOBS}, -1)
for _, member in ipairs(members.err and {} or members) do
  if #member <= ${MAX_NAME_BYTES} then slow[#slow + 1] = member end
end
return { revision and string.sub(revision, 1, ${MAX_REVISION_BYTES}), digest, texts, slow }`;

/** Arguments of `EVAL` that read the policy in one step. */
export function readCommand(keys: KeySpace, digest: string): readonly string[] {
  return [READ, '3', keys.policy, keys.revision, keys.slow, digest];
}

/** @throws {Error} if the reply is none of the script's */
export function policyReading(reply: unknown): PolicyReading {
  const [revision, digest, flat, slow] = Array.isArray(reply) ? reply : [];
  if (typeof digest !== 'string') throw new Error('Redis gave an answer that cannot be understood');
  return {
    revision: revision === null ? null : String(revision),
    digest,
    texts: Array.isArray(flat) ? pairs(flat.map(String)) : undefined,
    slow: Array.isArray(slow) ? slow.map(String) : [],
  };
}

/** 0 if there is none; `undefined` for what is not an integer. */
export function revisionOf({ revision }: PolicyReading): number | undefined {
  if (revision === null) return 0;
  const value = /^\d+$/.test(revision) ? Number(revision) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * KEYS policy, revision; ARGV the revision and the rule's text as they were read, pattern, new text, channel. An
 * empty text is not a rule. The new revision is the time in milliseconds, or one more: so it grows even over a Redis
 * that was emptied.
 */
const WRITE = `
local revision = redis.call('GET', KEYS[2]) or '0'
local text = redis.call('HGET', KEYS[1], ARGV[3]) or ''
if revision ~= ARGV[1] or text ~= ARGV[2] then return false end
if ARGV[4] == '' then redis.call('HDEL', KEYS[1], ARGV[3]) else redis.call('HSET', KEYS[1], ARGV[3], ARGV[4]) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local following = string.format('%.0f', math.max(tonumber(revision) + 1, now))
redis.call('SET', KEYS[2], following)
redis.call('PUBLISH', ARGV[5], following)
return following`;

/** Arguments of `EVAL` that write a rule if nothing changed since it was read; the reply is the new revision. */
export function writeCommand(
  keys: KeySpace,
  read: { readonly revision: string; readonly text: string },
  pattern: string,
  text: string,
): readonly string[] {
  return [WRITE, '2', keys.policy, keys.revision, read.revision, read.text, pattern, text, keys.changed];
}

/** KEYS window; ARGV runs taken already, limit, whether to lease, time to live. Replies how many are left to take. */
const TAKE = `
local taken = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = math.max(0, tonumber(ARGV[2]) - taken)
if ARGV[3] == 'lease' and left > 0 then
  left = math.ceil(left / 10)
  redis.call('INCRBY', KEYS[1], left)
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return left`;

/** Arguments of `EVAL` that count runs of a window, and reserve a tenth of what is left of it for a lease. */
export function takeCommand(
  window: string,
  owed: number,
  runs: number,
  how: 'lease' | 'count',
  ttlMs: number,
): readonly string[] {
  return [TAKE, '1', window, String(owed), String(runs), how, String(ttlMs)];
}

const MARK_SLOW = `
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1] - ${SLOW_SIGN_MS})
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -${MAX_SLOW_JOBS + 1})`;

/** Arguments of `EVAL` that note a slow run of the job. */
export function markSlowCommand(keys: KeySpace, jobName: string, now: number): readonly string[] {
  return [MARK_SLOW, '1', keys.slow, String(now), jobName];
}

/** Arguments of `EVAL` that take the note back. */
export function unmarkSlowCommand(keys: KeySpace, jobName: string): readonly string[] {
  return ["return redis.call('ZREM', KEYS[1], ARGV[1])", '1', keys.slow, jobName];
}

function pairs(flat: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) map.set(flat[i] ?? '', flat[i + 1] ?? '');
  return map;
}
