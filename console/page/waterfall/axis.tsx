/**
 * The time axis of the waterfall, and the bands of folded gaps.
 */
import { durationText } from '../../timeline/durations';
import { FOLD_WIDTH, type Scale } from './scale';

const HEIGHT = 26;

interface AxisProps {
  readonly scale: Scale;
  readonly namesWidth: number;
  readonly startMs: number;
}

export function Axis({ scale, namesWidth, startMs }: AxisProps) {
  return (
    <div class="wf-axis" role="rowgroup">
      <div role="row" aria-rowindex={1}>
        <div
          role="columnheader"
          class={namesWidth === 0 ? 'hidden-text' : 'wf-axis-name'}
          style={{ width: `${namesWidth}px` }}
        >
          Operation
        </div>
        <div role="columnheader" class="wf-axis-time">
          <span class="hidden-text">Time</span>
          <svg width={scale.fullWidth} height={HEIGHT} aria-hidden="true">
            {scale.ticks.map(({ x, ms }) => (
              <g key={ms}>
                <path class="tick" d={`M${x + 0.5} 16V${HEIGHT}`} />
                <text x={Math.min(x + 4, scale.width - 30)} y="17">
                  {ms === startMs ? '0' : durationText(ms - startMs)}
                </text>
              </g>
            ))}
          </svg>
        </div>
      </div>
    </div>
  );
}

/** Vertical lines and folded gaps behind the rows. */
export function FoldBands({
  scale,
  namesWidth,
  height,
}: Omit<AxisProps, 'startMs'> & { readonly height: number }) {
  return (
    <svg
      class="wf-bands"
      width={scale.fullWidth}
      height={height}
      style={{ left: `${namesWidth}px` }}
      aria-hidden="true"
    >
      {scale.ticks.map(({ x, ms }) => (
        <path key={ms} class="tick" d={`M${Math.round(x) + 0.5} 0V${height}`} />
      ))}
      {scale.folds.map(({ x, fold }) => (
        <g key={fold.startMs} class="fold">
          <title>{fold.text}</title>
          <rect x={x} width={FOLD_WIDTH} height={height} />
          <path d={zigzag(x + FOLD_WIDTH / 2 - 3, height)} />
          <path d={zigzag(x + FOLD_WIDTH / 2 + 3, height)} />
        </g>
      ))}
    </svg>
  );
}

/** Returns the path of a zigzag line with at most a few hundred steps. */
function zigzag(x: number, height: number): string {
  const step = Math.max(6, height / 400);
  let path = `M${x} 0`;
  for (let y = step, side = 1; y < height + step; y += step, side = -side) path += `L${x + 2 * side} ${y}`;
  return path;
}
