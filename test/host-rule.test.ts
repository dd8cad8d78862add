/** The option `propagateTo`: which hosts match, in each notation, and the messages for invalid values. */
// cspell:ignore bücher bcher
import { equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostRuleOf } from '../core/http/host-rule';

describe('propagateTo', () => {
  const table: [listed: string, host: string, matches: boolean][] = [
    ['api.example.com', 'api.example.com', true],
    ['api.example.com', 'API.Example.COM.', true],
    ['api.example.com', 'example.com', false],
    ['api.example.com', 'v1.api.example.com', false],
    ['*.example.com', 'api.example.com', true],
    ['*.example.com', 'v1.api.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'my-example.com', false],
    ['10.0.0.5', '10.0.0.5', true],
    ['10.0.0.5', '0x0a000005', true],
    ['[::1]', '::1', true],
    ['[::1]', '[0:0:0:0:0:0:0:1]', true],
    ['bücher.example', 'xn--bcher-kva.example', true],
    ['*', 'any.example', true],
    ['*', '::1', true],
    ['api.example.com', 'not a host', false],
  ];
  for (const [listed, host, matches] of table) {
    it(`'${listed}' ${matches ? 'means' : 'does not mean'} ${host}`, () => {
      equal(hostRuleOf({ only: [listed] }, 'T')(host), matches);
      equal(hostRuleOf({ except: [listed] }, 'T')(host), !matches);
    });
  }

  it('may list nothing', () => {
    equal(hostRuleOf({ only: [] }, 'T')('a.example'), false);
    equal(hostRuleOf({ except: [] }, 'T')('a.example'), true);
  });

  const wrong: [option: unknown, message: RegExp][] = [
    [
      ['a.example'],
      /^T: propagateTo: expected \{ only: \[…\] \} or \{ except: \[…\] \} with hosts .*, got \[ 'a.e/,
    ],
    [{}, /^T: propagateTo: expected/],
    [{ only: ['a'], except: ['b'] }, /^T: propagateTo: expected/],
    [{ expect: ['a'] }, /^T: propagateTo: expected/],
    [{ only: 'a' }, /^T: propagateTo: expected/],
    [null, /^T: propagateTo: expected/],
    [
      { except: ['a.example', 'https://b.example'] },
      /^T: propagateTo\.except\[1\]: expected a host without scheme/,
    ],
    [{ only: ['a.example:8080'] }, /^T: propagateTo\.only\[0\]: expected .* got 'a.example:8080'/],
    [{ only: ['a.*.example'] }, /^T: propagateTo\.only\[0\]/],
    [{ only: [''] }, /^T: propagateTo\.only\[0\]/],
    [{ only: [/a/] }, /^T: propagateTo\.only\[0\]: .* got \/a\/ \(object\)/],
  ];
  for (const [option, message] of wrong)
    it(`refuses ${JSON.stringify(option)}`, () => throws(() => hostRuleOf(option, 'T'), { message }));
});
