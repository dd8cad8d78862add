/** Options travel into the workflow bundle and are found in it again; a foreign text never throws. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_SANDBOX_OPTIONS, findOptions, findVersion, toResourceQuery } from '../core/sandbox-options';

const OPTIONS = {
  runNowSignal: 'laß"s ?&#/\\ \n gehen \u{1f4a1}',
  acceptForcedStart: false,
  acceptForcedJob: false,
  acceptForcedSignal: true,
  traceUrl: 'https://x.test/{traceId}?a=b&c="d"',
  bind: 'sampled' as const,
};
const VERSION = '1.2.3-rc.1';
const hex = (text: string) => `?job-tracing=${Buffer.from(text).toString('hex')}`;

describe('options of the sandbox', () => {
  it('are found as they were given, also in the code of a bundle', () => {
    const query = toResourceQuery(OPTIONS, VERSION);
    deepEqual(findOptions(query), OPTIONS);
    deepEqual(findOptions(`/***/ "./node_modules/x.js${query}":\n__resourceQuery = "${query}";`), OPTIONS);
  });

  it('are written without a character that a path, webpack or JavaScript would take for something else', () => {
    ok(/^\?job-tracing=[0-9a-f]+&v=[\w.-]+$/.test(toResourceQuery(OPTIONS, VERSION)));
  });

  it('that are the defaults are not written: the shortest query of a bundle says so', () => {
    equal(toResourceQuery(DEFAULT_SANDBOX_OPTIONS, VERSION), `${hex('{}')}&v=${VERSION}`);
    deepEqual(findOptions(hex('{}')), DEFAULT_SANDBOX_OPTIONS);
  });

  it('that a bundle of an older version does not name are the defaults', () => {
    deepEqual(findOptions(hex('{"runNowSignal":"go"}')), { ...DEFAULT_SANDBOX_OPTIONS, runNowSignal: 'go' });
  });

  it('come with the version that made the bundle, except from versions before', () => {
    equal(findVersion(`"./x.js${toResourceQuery(OPTIONS, VERSION)}":`), VERSION);
    equal(findVersion(hex('{}')), undefined);
  });

  it('are frozen', () => {
    ok(
      Object.isFrozen(findOptions(toResourceQuery(OPTIONS, VERSION))) &&
        Object.isFrozen(DEFAULT_SANDBOX_OPTIONS),
    );
  });

  const foreign: [string, string][] = [
    ['nothing', ''],
    ['another query', '?other=7b7d'],
    ['no hex', '?job-tracing=xyz'],
    ['no JSON', hex('{')],
    ['bytes that are not text', '?job-tracing=ff00'],
    ['10 MB of something else', 'x'.repeat(10_000_000)],
  ];
  for (const [what, text] of foreign) {
    it(`are absent, without throwing: ${what}`, () => equal(findOptions(text), undefined));
  }
});
