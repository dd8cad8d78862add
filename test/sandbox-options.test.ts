/** Options are encoded in the workflow bundle and decoded from it; an invalid string never throws. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_SANDBOX_OPTIONS, encodeOptions, findOptions } from '../core/sandbox-options';

const OPTIONS = {
  runNowSignal: 'laß"s \'`$ ?&#/\\ \n gehen \u{1f4a1}',
  acceptForcedStart: false,
  acceptForcedJob: false,
  acceptForcedSignal: true,
  traceUrl: 'https://x.test/{traceId}?a=b&c="d"',
  bind: 'sampled' as const,
  carryBaggage: 'tenant,region',
};
const VERSION = '1.2.3-rc.1';
const encoded = (json: string) => `job-tracing-options:${VERSION}:${encodeURIComponent(json)}`;

describe('options of the sandbox', () => {
  it('are found as they were given with the version that wrote them, also in the code of a bundle', () => {
    const compiled = { version: VERSION, options: OPTIONS };
    const text = encodeOptions(compiled);
    deepEqual(findOptions(text), compiled);
    for (const quote of ['"', "'", '`'])
      deepEqual(findOptions(`/***/ const o = f(${quote}${text}${quote}); // more`), compiled);
  });

  it('are written without a character that a JavaScript string would escape or end with', () => {
    ok(
      /^job-tracing-options:[\w.-]+:[\w.!~*()%-]+$/.test(
        encodeOptions({ version: VERSION, options: OPTIONS }),
      ),
    );
  });

  it('that a bundle of another version lacks are the defaults', () => {
    const options = findOptions(encoded('{"runNowSignal":"go"}'))?.options;
    deepEqual(options, { ...DEFAULT_SANDBOX_OPTIONS, runNowSignal: 'go' });
  });

  it('are frozen', () => {
    ok(Object.isFrozen(findOptions(encoded('{}'))?.options) && Object.isFrozen(DEFAULT_SANDBOX_OPTIONS));
  });

  const foreign: [string, string][] = [
    ['an empty text', ''],
    ['another key', `other-options:${VERSION}:%7B%7D`],
    ['no version', 'job-tracing-options:%7B%7D'],
    ['no JSON', encoded('{')],
    ['JSON of another type', encoded('null')],
    ['bytes that are not UTF-8', `job-tracing-options:${VERSION}:%ff%00`],
    ['10 MB of something else', 'x'.repeat(10_000_000)],
  ];
  for (const [title, text] of foreign) {
    it(`are absent, without throwing: ${title}`, () => equal(findOptions(text), undefined));
  }
});
