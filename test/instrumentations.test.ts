/** The `OTEL_NODE_*_INSTRUMENTATIONS` variables select the instrumentations of calls in activities. */
import { deepEqual } from 'node:assert/strict';
import { it } from 'node:test';
import { createInstrumentations } from '../export/instrumentations';

const DISABLED = 'OTEL_NODE_DISABLED_INSTRUMENTATIONS';
const ENABLED = 'OTEL_NODE_ENABLED_INSTRUMENTATIONS';

for (const [env, expected] of [
  [{}, ['http', 'undici']],
  [{ [DISABLED]: '' }, ['http', 'undici']],
  [{ [DISABLED]: 'undici' }, ['http']],
  [{ [DISABLED]: ' http , undici,redis' }, []],
  [{ [ENABLED]: 'undici,pg' }, ['undici']],
  [{ [ENABLED]: 'http,undici', [DISABLED]: 'http' }, ['undici']],
] as const)
  it(`${JSON.stringify(env)}: ${expected.join(', ') || 'none'}`, () =>
    deepEqual(
      createInstrumentations(env).map(({ instrumentationName }) => instrumentationName.split('-').at(-1)),
      expected,
    ));
