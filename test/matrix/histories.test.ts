/**
 * Recorded histories replay in every supported combination of worker and bundle. With the plugin, without it and with
 * `enabled: false`: `histories.test.ts`.
 */
import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { distinct, isUnmarked, type ReplayOptions, replay } from '../histories/replay';

describe('the recorded histories', () => {
  const others: Record<string, ReplayOptions> = {
    'sampling 0': { plugin: { sampling: { default: { ratio: 0, keepSlow: { overMs: 1_000 } } } } },
    "bind: 'sampled'": { plugin: { bind: 'sampled', sampling: { default: 0 } } },
    'another runNowSignal, nobody who may force, and links': {
      plugin: { runNowSignal: 'finish', acceptForced: [], traceUrl: 'http://localhost/{traceId}' },
    },
    'a bundle that has the plugin, on a worker without it': { plugin: null, bundle: {} },
  };
  for (const [what, options] of Object.entries(others))
    it(`replay with ${what}`, async () => {
      deepEqual(await replay(options, distinct), new Map());
    });

  it('replay with a bundle without the plugin, on a worker with it, where they have no marker', async () => {
    deepEqual(await replay({ plugin: {}, bundle: null }, distinct.filter(isUnmarked)), new Map());
  });
});
