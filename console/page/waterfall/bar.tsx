/**
 * The bar of one row: its parts, the critical path, marks, and the duration beside it.
 */

import { countText, durationText } from '../../timeline/durations';
import type { BarState, Stretch, TimelineRow } from '../../types';
import type { Scale } from './scale';

const MIN_WIDTH = 2;
const BAR_HEIGHT = 12;
const SLEEP_HEIGHT = 4;
const TEXT_GAP = 6;
/** Approximate width of a character, in pixels. */
const CHARACTER = 6.6;
export const COLORS = 8;

interface BarProps {
  readonly row: TimelineRow;
  readonly scale: Scale;
  readonly height: number;
}

export function Bar({ row, scale, height }: BarProps) {
  const { x } = scale;
  const top = (height - BAR_HEIGHT) / 2;
  const place = ({ startMs, durationMs }: Stretch) => {
    const left = Math.min(x(startMs), scale.width - MIN_WIDTH);
    return { x: left, width: Math.max(MIN_WIDTH, x(startMs + durationMs) - left) };
  };
  /** Shorter pieces of the critical path are not drawn. */
  const isVisible = ({ startMs, durationMs }: Stretch) => x(startMs + durationMs) - x(startMs) >= MIN_WIDTH;
  const whole = place(row);
  const parts = row.parts.length > 0 ? row.parts : [{ ...row, state: stateOf(row), text: undefined }];
  const color = row.hasError && row.below === 0 ? 'is-error' : `service-${row.service % COLORS}`;
  return (
    <svg
      class={`bar ${color} ${row.kind === 'group' ? 'is-group' : ''}`}
      width={scale.fullWidth}
      height={height}
      aria-hidden="true"
    >
      {row.parts.length > 0 && <rect class="whole" {...whole} y={height / 2 - 0.5} height="1" />}
      {parts.map((part) => {
        const isThin = part.state === 'sleeping' || part.state === 'back-off';
        const partHeight = isThin ? SLEEP_HEIGHT : BAR_HEIGHT;
        return (
          <rect
            key={`${part.state} ${part.startMs}`}
            class={`part is-${part.state}`}
            {...place(part)}
            y={top + (BAR_HEIGHT - partHeight) / 2}
            height={partHeight}
            rx={isThin ? 1 : 2}
          >
            {(part.text !== undefined || part.state !== 'working') && (
              <title>{part.text ?? STATES[part.state]}</title>
            )}
          </rect>
        );
      })}
      {row.critical.filter(isVisible).map((stretch) => (
        <rect
          key={stretch.startMs}
          class="critical"
          {...place(stretch)}
          y={top + BAR_HEIGHT + 1}
          height="2"
        />
      ))}
      {row.marks.map(({ atMs, text, isError }) => (
        <path
          key={`${atMs} ${text}`}
          class={`mark ${isError ? 'is-error' : ''}`}
          d={`M${x(atMs)} ${top - 4}l3 4-3 4-3-4z`}
        >
          <title>{text}</title>
        </path>
      ))}
      <Text row={row} from={whole.x} to={whole.x + whole.width} width={scale.fullWidth} y={height / 2 + 4} />
    </svg>
  );
}

/** Returns the state of a bar without parts. */
function stateOf({ kind }: TimelineRow): BarState {
  return kind === 'timer' || kind === 'wait' ? 'sleeping' : 'working';
}

export const STATES: Readonly<Record<BarState, string>> = {
  working: 'working',
  waiting: 'waiting for a worker',
  retrying: 'failed attempts and back-off',
  failed: 'failed attempt',
  'back-off': 'back-off before the next attempt',
  sleeping: 'timer or wait',
};

interface TextProps {
  readonly row: TimelineRow;
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly y: number;
}

/** Text after, before or on the bar, wherever there is room. */
function Text({ row, from, to, width, y }: TextProps) {
  const text = barText(row);
  const needed = text.length * CHARACTER + TEXT_GAP;
  if (to + needed < width)
    return (
      <text x={to + TEXT_GAP} y={y}>
        {text}
      </text>
    );
  if (from > needed)
    return (
      <text x={from - TEXT_GAP} y={y} text-anchor="end">
        {text}
      </text>
    );
  return (
    <text class="on-bar" x={Math.min(to, width) - TEXT_GAP} y={y} text-anchor="end">
      {text}
    </text>
  );
}

export function barText({ kind, durationMs, isOpen, group, note }: TimelineRow): string {
  if (kind === 'signal' || kind === 'update') return note ?? '';
  if (group) return `${countText(group.count)} × up to ${durationText(group.longestMs)}`;
  return `${durationText(durationMs)}${isOpen ? ' so far' : ''}`;
}
