/** The constructor of `JobClient` throws for invalid options, with the expectation. */
import { throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { Client, type Connection } from '@temporalio/client';
import { JobClient } from 'temporal-job-tracing/client';

/** Never connects: the options are validated before. */
const client = new Client({ connection: {} as Connection });
const construct = (options: object) => () => new JobClient({ client, ...options });

describe('options of JobClient', () => {
  it('are refused with name, expectation, value and type', () => {
    const expectation = 'expected a number from 0 to 60000';
    throws(construct({ client: undefined }), {
      message: 'JobClient: client: expected a Client of @temporalio/client, got undefined (undefined)',
    });
    for (const value of [-1, 60_001, Number.NaN, '5']) {
      const message = `JobClient: indexLagMs: ${expectation}, got ${inspect(value)} (${typeof value})`;
      throws(construct({ indexLagMs: value }), { name: 'OptionError', message });
    }
    throws(construct({ traceURL: 'http://t/{traceId}' }), {
      name: 'OptionError',
      subject: 'JobClient',
      option: 'traceURL',
      expectation: 'one of client, traceUrl, indexLagMs, redis, redisPrefix, sampling, carryBaggage',
      value: 'traceURL',
    });
    throws(() => new JobClient(undefined as never), { message: /^JobClient: options: expected an object/ });
    throws(construct({ traceUrl: 'nowhere' }), /^OptionError: JobClient: traceUrl: /);
  });
});
