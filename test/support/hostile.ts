/** Values that user code or another process may pass where a string or plain data is expected. */

import { ApplicationFailure } from '@temporalio/common';

export const throwError = (): never => {
  throw new Error('replaced');
};

/** Returns a proxy whose every trap throws. */
export function throwingProxy(target: object = {}): object {
  const fail = (): never => {
    throw new Error('trap');
  };
  return new Proxy(target, {
    get: fail,
    has: fail,
    ownKeys: fail,
    getPrototypeOf: fail,
    getOwnPropertyDescriptor: fail,
  });
}

/** Returns values that are not strings, each with a description. */
export function hostileValues(): [string, unknown][] {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const withGetter = Object.defineProperty({}, 'value', {
    enumerable: true,
    get: () => {
      throw new Error('getter');
    },
  });
  const withToString = {
    toString: () => {
      throw new Error('toString');
    },
  };
  return [
    ['undefined', undefined],
    ['null', null],
    ['number', 7],
    ['symbol', Symbol('s')],
    ['bigint', 7n],
    ['function', () => 'text'],
    ['object', { text: 'text' }],
    ['object without prototype', Object.create(null)],
    ['cyclic object', cyclic],
    ['throwing getter', withGetter],
    ['throwing toString', withToString],
    ['throwing proxy', throwingProxy()],
    ['bytes', new Uint8Array([0x30, 0x30])],
    ['array', [['text']]],
    ['date', new Date(0)],
    ['promise', Promise.resolve('text')],
    ['throwing array', throwingProxy([])],
    ['invalid date', new Date(Number.NaN)],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['negative number', -1],
    ['array of NaN', [Number.NaN, Number.NaN]],
  ];
}

/** Values that code can throw, by their description. */
export const THROWN: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  'a symbol': () => Symbol('thrown'),
  'a proxy that throws': () => throwingProxy(),
  'an error whose members throw': () =>
    Object.defineProperties(new Error('x'), {
      name: { get: throwError },
      stack: { get: throwError },
    }),
  'an error without a prototype': () => Object.setPrototypeOf(new Error('x'), null),
  'an error that is its own cause': () => {
    const error = ApplicationFailure.nonRetryable('x');
    return Object.assign(error, { cause: error });
  },
  'an error with 50 causes': () => {
    let cause = new Error('innermost');
    for (let depth = 0; depth < 50; depth++)
      cause = ApplicationFailure.nonRetryable(`${depth}`, 'Deep', cause);
    return cause;
  },
  'an error whose cause throws': () =>
    Object.defineProperty(ApplicationFailure.nonRetryable('x'), 'cause', { get: throwError }),
};
