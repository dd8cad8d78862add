/** JSON that people write: what JSON.parse takes is taken, a key that counts twice is not, and no content is quoted. */
import { deepEqual, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JsonTextError, parseJsonText } from '../core/util/json-text';

describe('JSON', () => {
  const values: readonly string[] = [
    '0',
    '-1.5e+3',
    'true',
    'null',
    '""',
    '"\\u00e4\\n\\"\\\\ /"',
    '[]',
    '{}',
    ' [ 1 , [ ] , { } ] \n',
    '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
    '{"__proto__":1}',
  ];
  for (const text of values)
    it(`is read as JSON.parse reads it: ${text.trim()}`, () =>
      deepEqual(parseJsonText(text), JSON.parse(text)));

  it('may begin with a byte order mark', () => deepEqual(parseJsonText('\ufeff{"a":1}'), { a: 1 }));
});

describe('what is wrong with JSON is named with its place', () => {
  const table: readonly [what: string, text: string, message: string][] = [
    ['nothing', '', 'line 1, column 1: expected a value, got the end of the file'],
    ['white space', ' \n', 'line 2, column 1: expected a value, got the end of the file'],
    ['two values', '{} {}', 'line 1, column 4: expected the end of the file, got "{"'],
    ['an open object', '{\n  "a": 1', 'line 2, column 9: expected "," or "}", got the end of the file'],
    [
      'a string over two lines',
      '{"a": "b\n"}',
      'line 1, column 7: expected a string on one line, with control characters escaped, got another',
    ],
    ['an open string', '{"a": "b', 'line 1, column 7: expected a value, got "\\""'],
    ['a trailing comma', '{"a": 1,}', 'line 1, column 9: expected a key in double quotes, got "}"'],
    ['a missing comma', '[1 2]', 'line 1, column 4: expected "," or "]", got "2"'],
    ['a missing colon', '{"a" 1}', 'line 1, column 6: expected ":", got "1"'],
    ['single quotes', "{'a': 1}", 'line 1, column 2: expected a key in double quotes, got "\'"'],
    [
      'a line comment',
      '// mine\n{}',
      'line 1, column 1: expected a value, got a comment, which JSON does not have',
    ],
    [
      'a block comment',
      '{ /* mine */ }',
      'line 1, column 3: expected a key in double quotes, got a comment, which JSON does not have',
    ],
    ['NaN', '{"a": NaN}', 'line 1, column 7: expected a value, got "N"'],
    ['a number with leading zeros', '[007]', 'line 1, column 2: expected a value, got "0"'],
    [
      'a key twice',
      '{\n "a": 1,\n "a": 2\n}',
      'line 3, column 2: expected each key once, got "a" a second time',
    ],
    [
      'a key twice, one escaped',
      '{"a":1,"\\u0061":2}',
      'line 1, column 8: expected each key once, got "\\u0061" a second time',
    ],
    ['a second byte order mark', '\ufeff\ufeff{}', 'line 1, column 1: expected a value, got "\ufeff"'],
  ];
  for (const [what, text, message] of table)
    it(what, () => {
      throws(() => parseJsonText(text), new JsonTextError(message));
      if (!message.includes('each key once')) throws(() => JSON.parse(text.replace(/^\ufeff/, '')));
    });

  it('without its content, which may be secret', () => {
    const text = '{"url": "https://hooks.slack.example/T/B/secret}';
    throws(
      () => parseJsonText(text),
      ({ message }: Error) => !/hooks|secret/.test(message),
    );
  });
});
