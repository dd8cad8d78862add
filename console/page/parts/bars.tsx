/**
 * The latest runs of a job as bars: the height shows the duration, colour and shape the result.
 */

import { durationText } from '../../timeline/durations';
import type { RunBar } from '../../types';
import { paths } from '../address';
import { timeText } from '../clock';
import { isBad, STATE_WORDS } from './state';

const MAX_BARS = 30;
const STEP = 8;
const WIDTH = 6;
const HEIGHT = 32;
const MIN_HEIGHT = 3;

interface BarsProps {
  readonly bars: readonly RunBar[];
  readonly namespace: string;
  readonly usualMs?: number | undefined;
}

/**
 * Bars as links for mouse and screen reader. The Tab key skips them, since the job's page lists the same
 * runs.
 */
export function RunBars({ bars, namespace, usualMs }: BarsProps) {
  const longest = Math.max(1, ...bars.map(({ durationMs }) => durationMs));
  const heightOf = (ms: number) => Math.max(MIN_HEIGHT, (ms / longest) * HEIGHT);
  const offset = (MAX_BARS - bars.length) * STEP;
  const usualY = usualMs === undefined ? undefined : HEIGHT - heightOf(usualMs);
  return (
    <svg
      class="run-bars"
      width={MAX_BARS * STEP}
      height={HEIGHT}
      viewBox={`0 0 ${MAX_BARS * STEP} ${HEIGHT}`}
    >
      <title>{summary(bars)}</title>
      <path class="base" d={`M0 ${HEIGHT - 0.5}H${MAX_BARS * STEP}`} />
      {bars.map(({ runId, state, startedAt, durationMs }, index) => {
        const height = heightOf(durationMs);
        return (
          <a key={runId} href={paths.run(runId, namespace)} tabIndex={-1}>
            <title>{`${STATE_WORDS[state]}, ${durationText(durationMs)}, started ${timeText(startedAt)}`}</title>
            <rect class="target" x={offset + index * STEP} y="0" width={STEP} height={HEIGHT} />
            <rect
              class={`bar is-${state}`}
              x={offset + index * STEP + 1}
              y={HEIGHT - height}
              width={WIDTH}
              height={height}
              rx="1"
            />
          </a>
        );
      })}
      {usualY !== undefined && <path class="usual" d={`M0 ${usualY}H${MAX_BARS * STEP}`} />}
    </svg>
  );
}

function summary(bars: readonly RunBar[]): string {
  const bad = bars.filter(({ state }) => isBad(state)).length;
  const runs = bars.length === 1 ? 'the last run' : `the last ${bars.length} runs`;
  return `${bad === 0 ? 'none' : bad} of ${runs} failed`;
}
