/**
 * The keys of the sampling policy in Redis, and the scripts that read and write them.
 *
 * The keys are documented in docs/live-policy.md and stable: operators use them with `redis-cli`. The hash tag keeps them
 * in one slot of a Redis Cluster.
 */
import { MAX_NAME_LENGTH } from '../../core/server-limits';
import { optionError } from '../../core/util/option-error';
import { MAX_RULES } from '../policy';
import { MAX_RULE_LENGTH } from './live-rule';

/** Names of the keys and of the channel. */
export interface KeySpace {
  /** Hash of the rules as JSON, by job name or pattern. */
  readonly policy: string;
  /** Integer that only grows; a missing key counts as 0. */
  readonly revision: string;
  /** Channel: on any message, workers read the policy at once. */
  readonly changed: string;
  /** Sorted set of job names whose last run was slow, by time in milliseconds. */
  readonly slow: string;
  /** Prefix of the counts of runs in windows; they expire with their window. */
  readonly windows: string;
}

const DEFAULT_PREFIX = 'job-tracing';
const MAX_SLOW_JOBS = 1_000;
/** Most bytes of a name in UTF-8; a longer one is cut to one byte more, so that its reader still rejects it. */
const MAX_NAME_BYTES = 4 * MAX_NAME_LENGTH;
/** Most bytes of a rule's text in UTF-8; a longer one is cut to one byte more, as a name is. */
const MAX_RULE_BYTES = 4 * MAX_RULE_LENGTH;
const MAX_REVISION_BYTES = 100;
/** How long a slow run is remembered, in milliseconds: enough for a job that runs once a month. */
const SLOW_MARK_MS = 35 * 24 * 60 * 60 * 1_000;

/** Returns the keys for a prefix. @throws {OptionError} of `subject` if the prefix would break the hash tag */
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
  /** The revision as a string; `null` if there is none. */
  readonly revision: string | null;
  /** Digest of the rules and the revision; passed to the next read. */
  readonly digest: string;
  /** Rules as JSON, by job name or pattern; `undefined` if they have the digest that was passed in. */
  readonly texts: ReadonlyMap<string, string> | undefined;
  /** Names of jobs whose last run was slow. */
  readonly slow: readonly string[];
}

/**
 * KEYS: policy, revision, slow. ARGV: the last digest. Writes nothing, so that a replica can run it too. The size of
 * the reply is bounded whatever the keys contain: too long strings are cut, but remain too long for their reader.
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

/** Returns the arguments of `EVAL` that read the policy in one step. */
export function readCommand(keys: KeySpace, digest: string): readonly string[] {
  return [READ, '3', keys.policy, keys.revision, keys.slow, digest];
}

/** Returns the reply of the script {@link readCommand} as a reading. @throws {Error} for any other reply */
export function policyReading(reply: unknown): PolicyReading {
  const [revision, digest, flat, slow] = Array.isArray(reply) ? reply : [];
  if (typeof digest !== 'string') throw new Error('Redis sent a reply of an unknown form');
  return {
    revision: revision === null ? null : String(revision),
    digest,
    texts: Array.isArray(flat) ? pairs(flat.map(String)) : undefined,
    slow: Array.isArray(slow) ? slow.map(String) : [],
  };
}

/** Returns the revision; 0 if there is none, `undefined` if it is not an integer. */
export function revisionOf({ revision }: PolicyReading): number | undefined {
  if (revision === null) return 0;
  const value = /^\d+$/.test(revision) ? Number(revision) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * KEYS: policy, revision. ARGV: revision and rule's text as they were read, pattern, new text, channel. An empty text
 * stands for no rule. The new revision is the time in milliseconds, or the old one plus 1 if that is later: so it
 * grows even if Redis was emptied.
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

/**
 * Returns the arguments of `EVAL` that write a rule, unless it or the revision has changed since they were read. The
 * reply is the new revision, or nil if it was not written.
 */
export function writeCommand(
  keys: KeySpace,
  read: { readonly revision: string; readonly text: string },
  pattern: string,
  text: string,
): readonly string[] {
  return [WRITE, '2', keys.policy, keys.revision, read.revision, read.text, pattern, text, keys.changed];
}

/**
 * KEYS: window. ARGV: runs taken but not reported, limit, `lease` or `count`, time to live in milliseconds. Replies
 * with the number of runs left in the window, or leased.
 */
const TAKE = `
local taken = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = math.max(0, tonumber(ARGV[2]) - taken)
if ARGV[3] == 'lease' and left > 0 then
  left = math.ceil(left / 10)
  redis.call('INCRBY', KEYS[1], left)
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return left`;

/**
 * Returns the arguments of `EVAL` that count runs of a window; a lease also reserves a tenth of the runs left.
 *
 * @param unreported runs taken since the last report
 * @param runs limit of the window
 */
export function takeCommand(
  window: string,
  unreported: number,
  runs: number,
  how: 'lease' | 'count',
  ttlMs: number,
): readonly string[] {
  return [TAKE, '1', window, String(unreported), String(runs), how, String(ttlMs)];
}

const MARK_SLOW = `
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1] - ${SLOW_MARK_MS})
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -${MAX_SLOW_JOBS + 1})`;

/** Returns the arguments of `EVAL` that mark the job's last run as slow. @param now milliseconds since the epoch */
export function markSlowCommand(keys: KeySpace, jobName: string, now: number): readonly string[] {
  return [MARK_SLOW, '1', keys.slow, String(now), jobName];
}

/** Returns the arguments of `EVAL` that remove the mark. */
export function unmarkSlowCommand(keys: KeySpace, jobName: string): readonly string[] {
  return ["return redis.call('ZREM', KEYS[1], ARGV[1])", '1', keys.slow, jobName];
}

/** Returns the map in Redis's flat list of keys and values. */
function pairs(flat: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) map.set(flat[i] ?? '', flat[i + 1] ?? '');
  return map;
}
