/**
 * Which rule applies to a job, and why: the one answer for decisions, clients and explanations.
 *
 * Pure: no clock, no I/O. The most specific rule wins: the job's exact name, then the pattern with the most
 * characters besides `*`, then with the fewest `*`, then the first by code units, so that the answer never
 * depends on the order in which rules were written.
 */
import { setBounded } from '../core/util/bounded-map';
import type { SamplingPolicy } from './policy';
import type { ResolvedRule } from './rule';

export interface RuleMatch {
  readonly rule: ResolvedRule;
  /** The job name or pattern that the rule is written under; `undefined` for the policy's default. */
  readonly pattern: string | undefined;
  /** Part of a sentence, for people. */
  readonly why: string;
}

interface CompiledPattern {
  readonly match: RuleMatch;
  /** The text between the stars; at least two parts. */
  readonly parts: readonly string[];
  readonly literalLength: number;
}

/** Job names whose answer is remembered per policy; beyond it the oldest is forgotten. */
const MAX_REMEMBERED = 1_000;

/** The rule for this job. Constant time for a job name asked about lately, whatever the number of rules. */
export function ruleFor(policy: SamplingPolicy, jobName: string): RuleMatch {
  return matcherOf(policy)(jobName);
}

type Matcher = (jobName: string) => RuleMatch;

const MATCHERS = new WeakMap<SamplingPolicy, Matcher>();

/** Compiles the policy's patterns, once for each policy. */
function matcherOf(policy: SamplingPolicy): Matcher {
  let matcher = MATCHERS.get(policy);
  if (matcher === undefined) {
    matcher = compile(policy);
    MATCHERS.set(policy, matcher);
  }
  return matcher;
}

function compile(policy: SamplingPolicy): Matcher {
  const patterns = [...policy.jobs]
    .filter(([pattern]) => pattern.includes('*'))
    .map(([pattern, rule]) => compilePattern(pattern, rule))
    .sort(bySpecificity);
  const byDefault = Object.freeze({
    rule: policy.default,
    pattern: undefined,
    why: 'no rule fits this job name, so the default holds',
  });
  const remembered = new Map<string, RuleMatch>();

  function find(jobName: string): RuleMatch {
    const exact = policy.jobs.get(jobName);
    if (exact !== undefined) {
      return Object.freeze({ rule: exact, pattern: jobName, why: 'the rule is written for this job name' });
    }
    return patterns.find(({ parts }) => fits(parts, jobName))?.match ?? byDefault;
  }

  return (jobName) => {
    let match = remembered.get(jobName);
    if (match === undefined) {
      match = find(jobName);
      setBounded(remembered, jobName, match, MAX_REMEMBERED);
    }
    return match;
  };
}

function compilePattern(pattern: string, rule: ResolvedRule): CompiledPattern {
  const parts = pattern.split('*');
  return {
    match: Object.freeze({
      rule,
      pattern,
      why: `${pattern} is the most specific pattern that fits this job name`,
    }),
    parts,
    literalLength: pattern.length - (parts.length - 1),
  };
}

function bySpecificity(a: CompiledPattern, b: CompiledPattern): number {
  return (
    b.literalLength - a.literalLength ||
    a.parts.length - b.parts.length ||
    ((a.match.pattern ?? '') < (b.match.pattern ?? '') ? -1 : 1)
  );
}

/** Whether the name is made of these parts with anything between them. No backtracking: linear in the name. */
function fits(parts: readonly string[], jobName: string): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  const end = jobName.length - last.length;
  if (first.length > end || !jobName.startsWith(first) || !jobName.endsWith(last)) return false;
  let position = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = jobName.indexOf(part, position);
    if (found < 0 || found + part.length > end) return false;
    position = found + part.length;
  }
  return true;
}
