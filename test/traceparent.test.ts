/** A `traceparent` is parsed and written as W3C specifies, and an invalid one never throws. */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatTraceparent, parseTraceparent } from '../core/traceparent';
import { hostileValues } from './support/hostile';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const VALID = `00-${TRACE}-${SPAN}-01`;
const ref = { traceId: TRACE, spanId: SPAN, sampled: true };

describe('traceparent', () => {
  const readable: [string, string, object][] = [
    ['sampled', VALID, ref],
    ['not sampled', `00-${TRACE}-${SPAN}-00`, { ...ref, sampled: false }],
    ['further flags beside sampled', `00-${TRACE}-${SPAN}-ff`, ref],
    ['further flags without sampled', `00-${TRACE}-${SPAN}-fe`, { ...ref, sampled: false }],
    ['a later version', `cc-${TRACE}-${SPAN}-01`, ref],
    ['a later version with more fields', `01-${TRACE}-${SPAN}-01-what-the-future-brings`, ref],
  ];
  for (const [what, text, expected] of readable) {
    it(`is read: ${what}`, () => deepEqual(parseTraceparent(text), expected));
  }

  const refused: [string, string][] = [
    ['empty', ''],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['upper case', VALID.toUpperCase()],
    ['trace id too short', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['trace id too long', `00-${TRACE}0-${SPAN}-01`],
    ['no hex digit', `00-${TRACE.slice(1)}g-${SPAN}-01`],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['white space before it', ` ${VALID}`],
    ['white space after it', `${VALID} `],
    ['a line end after it', `${VALID}\n`],
    ['version 00 with more fields', `${VALID}-more`],
    ['two of them', `${VALID},${VALID}`],
    ['10 MB of text', '0'.repeat(10_000_000)],
    ['10 MB after a valid start', `${VALID}${'-'.repeat(10_000_000)}`],
  ];
  for (const [what, text] of refused) {
    it(`is refused: ${what}`, () => equal(parseTraceparent(text), undefined));
  }

  it('never throws, and accepts only strings', () => {
    for (const [what, value] of hostileValues()) equal(parseTraceparent(value), undefined, what);
  });

  it('keeps a trace state that can be propagated, and drops any other', () => {
    deepEqual(parseTraceparent(VALID, 'vendor=1,ot=th:8'), { ...ref, traceState: 'vendor=1,ot=th:8' });
    deepEqual(parseTraceparent(VALID, ''), ref);
    deepEqual(parseTraceparent(VALID, 'a=1\r\nx-evil: 1'), ref);
    deepEqual(parseTraceparent(VALID, 'a'.repeat(513)), ref);
    for (const [what, value] of hostileValues()) deepEqual(parseTraceparent(VALID, value), ref, what);
  });

  it('is written with version 00 and only the sampled flag', () => {
    equal(formatTraceparent(ref), VALID);
    equal(formatTraceparent({ ...ref, sampled: false, traceState: 'a=1' }), `00-${TRACE}-${SPAN}-00`);
    deepEqual(parseTraceparent(formatTraceparent(ref)), ref);
  });
});
