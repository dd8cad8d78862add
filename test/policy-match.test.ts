/** The most specific matching rule applies to a job, regardless of the order of the rules. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ruleFor } from '../sampling/match';
import { resolvePolicy } from '../sampling/policy';

const policyOf = (patterns: readonly string[]) =>
  resolvePolicy({ default: 0, jobs: Object.fromEntries(patterns.map((pattern) => [pattern, 1])) });
const patternFor = (patterns: readonly string[], jobName: string) =>
  ruleFor(policyOf(patterns), jobName).pattern;

/** Returns pseudo-random numbers, the same in each test run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomText(random: (below: number) => number, alphabet: string, maxLength: number): string {
  return Array.from({ length: random(maxLength + 1) }, () => alphabet[random(alphabet.length)]).join('');
}

/** A direct implementation of specificity as documented, to compare with. */
function expectedPattern(patterns: readonly string[], jobName: string): string | undefined {
  if (patterns.includes(jobName)) return jobName;
  const stars = (pattern: string) => pattern.split('*').length - 1;
  const fitting = patterns.filter(
    (pattern) => stars(pattern) > 0 && new RegExp(`^${pattern.replaceAll('*', '[^]*')}$`).test(jobName),
  );
  return fitting.sort(
    (a, b) => b.length - stars(b) - (a.length - stars(a)) || stars(a) - stars(b) || (a < b ? -1 : 1),
  )[0];
}

describe('patterns', () => {
  it('a star stands for any number of characters, none included', () => {
    const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
      ['*', ['', 'a', 'a*b', 'a\nb'], []],
      ['**', ['', 'a'], []],
      ['billing-*', ['billing-', 'billing-nightly'], ['billing', 'Billing-x', ' billing-x', 'xbilling-']],
      ['*-report', ['-report', 'daily-report'], ['report', 'daily-report-2']],
      ['a*a', ['aa', 'aba'], ['a', 'ab', 'baa']],
      ['a*b*a', ['aba', 'axbya'], ['aa', 'ab', 'aab']],
      ['*ab*ab*', ['abab', 'xabxabx'], ['ab', 'aab', 'abba']],
      ['a.c', ['a.c'], ['abc']],
      ['a.*', ['a.', 'a.b'], ['ab']],
    ];
    for (const [pattern, fitting, others] of cases) {
      for (const name of fitting) equal(patternFor([pattern], name), name === pattern ? name : pattern, name);
      for (const name of others) equal(patternFor([pattern], name), undefined, `${pattern} ${name}`);
    }
  });

  it('the most specific wins: exact, then most literal characters, then fewest stars, then alphabetical', () => {
    const cases: readonly (readonly [readonly string[], string, string])[] = [
      [['*', 'billing-*', 'billing-nightly', '*-nightly'], 'billing-nightly', 'billing-nightly'],
      [['*', 'billing-*', 'billing-night*'], 'billing-nightly', 'billing-night*'],
      [['b*', '*', 'x*'], 'billing', 'b*'],
      [['a*c*', 'ac**', 'ac*'], 'ac', 'ac*'],
      [['*b', 'a*'], 'ab', '*b'],
    ];
    for (const [patterns, jobName, expected] of cases) {
      equal(patternFor(patterns, jobName), expected);
      equal(patternFor([...patterns].reverse(), jobName), expected);
    }
  });

  it('the most specific of any patterns wins, in any order (3,000 random cases)', () => {
    const random = randomNumbers(20_240_501);
    for (let round = 0; round < 3_000; round++) {
      const patterns = Array.from({ length: 6 }, () => randomText(random, 'ab*', 4)).filter((p) => p !== '');
      const jobName = randomText(random, 'ab', 5);
      const expected = expectedPattern([...new Set(patterns)], jobName);
      const hint = JSON.stringify({ patterns, jobName });
      equal(patternFor(patterns, jobName), expected, hint);
      equal(patternFor([...patterns].reverse(), jobName), expected, hint);
    }
  });
});

describe('the explanation of a rule', () => {
  it('covers an exact name, a pattern and the default', () => {
    const policy = policyOf(['nightly', 'billing-*']);
    const matches = ['nightly', 'billing-x', 'other'].map((jobName) => ruleFor(policy, jobName));
    deepEqual(
      matches.map(({ pattern, why, rule }) => [pattern, rule.ratio, why]),
      [
        ['nightly', 1, 'the rule is written for this job name'],
        ['billing-*', 1, 'billing-* is the most specific pattern that fits this job name'],
        [undefined, 0, 'no rule fits this job name, so the default applies'],
      ],
    );
  });

  it('is correct for more job names than are cached', () => {
    const policy = policyOf(['odd-*', 'exact-7']);
    for (let pass = 0; pass < 2; pass++) {
      for (let index = 0; index < 2_500; index++) {
        equal(ruleFor(policy, `odd-${index}`).pattern, 'odd-*');
        equal(ruleFor(policy, `exact-${index}`).pattern, index === 7 ? 'exact-7' : undefined);
      }
    }
  });

  it('is fast with 1,000 rules', () => {
    const names = Array.from({ length: 500 }, (_, index) => `job-${index}`);
    const policy = policyOf(names.flatMap((name) => [name, `${name}-*`]));
    ruleFor(policy, 'first');
    const start = process.cpuUsage();
    for (let round = 0; round < 100_000; round++) ruleFor(policy, `other-${round % 500}`);
    const { user, system } = process.cpuUsage(start);
    const perAnswerUs = (user + system) / 100_000;
    ok(perAnswerUs < 20, `${perAnswerUs} µs for each answer`);
  });
});
