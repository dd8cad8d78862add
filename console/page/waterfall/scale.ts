/**
 * Maps times to pixels, with folded gaps drawn narrow. Pure.
 */
import type { Fold, Stretch } from '../../types';

export const FOLD_WIDTH = 26;
/** Room at the right end for text beside bars, in pixels. */
const END_ROOM = 76;
const TICK_WIDTH = 110;
const TICK_STEPS = [1, 2, 5];

export interface Scale {
  /** Width of the time range, in pixels. */
  readonly width: number;
  /** Width including the room for text, in pixels. */
  readonly fullWidth: number;
  /** Returns the pixels from the left; times outside of the scale are at its ends. */
  x(ms: number): number;
  readonly folds: readonly { readonly x: number; readonly fold: Fold }[];
  readonly ticks: readonly { readonly x: number; readonly ms: number }[];
}

interface Piece {
  readonly startMs: number;
  readonly endMs: number;
  readonly fold?: Fold;
}

/** Creates the scale of a time range. */
export function makeScale(range: Stretch, folds: readonly Fold[], fullWidthPx: number): Scale {
  // Before the first layout, the width is not known.
  const fullWidth = Math.max(2 * END_ROOM, fullWidthPx);
  const width = fullWidth - END_ROOM;
  const endMs = range.startMs + Math.max(range.durationMs, 0.001);
  // A millisecond beside it is not worth the whole width.
  const isAllFolded = folds.some(
    ({ startMs, durationMs }) => startMs <= range.startMs + 1 && startMs + durationMs >= endMs - 1,
  );
  const pieces = piecesOf(range.startMs, endMs, isAllFolded ? [] : folds);
  const folded = pieces.filter(({ fold }) => fold);
  const openMs = pieces.reduce((sum, piece) => sum + (piece.fold ? 0 : piece.endMs - piece.startMs), 0);
  const perMs = Math.max(0, width - folded.length * FOLD_WIDTH) / Math.max(openMs, 0.001);
  const placed = pieces.reduce<(Piece & { readonly x: number; readonly width: number })[]>((all, piece) => {
    const last = all.at(-1);
    const pieceWidth = piece.fold ? FOLD_WIDTH : (piece.endMs - piece.startMs) * perMs;
    all.push({ ...piece, x: last ? last.x + last.width : 0, width: pieceWidth });
    return all;
  }, []);
  const x = (ms: number) => {
    const piece = placed.find(({ endMs: end }) => ms <= end);
    if (!piece) return width;
    const share = (ms - piece.startMs) / (piece.endMs - piece.startMs || 1);
    return piece.x + Math.max(0, share) * piece.width;
  };
  return {
    width,
    fullWidth,
    x,
    folds: placed.flatMap(({ fold, x: at }) => (fold ? [{ x: at, fold }] : [])),
    ticks: ticksOf(placed, perMs, range.startMs),
  };
}

function piecesOf(startMs: number, endMs: number, folds: readonly Fold[]): Piece[] {
  const pieces: Piece[] = [];
  let atMs = startMs;
  for (const fold of folds) {
    const [from, to] = [fold.startMs, fold.startMs + fold.durationMs];
    // Only complete gaps are folded: half a gap would be drawn as narrow as a whole one.
    if (from < atMs || to > endMs) continue;
    if (from > atMs) pieces.push({ startMs: atMs, endMs: from });
    pieces.push({ startMs: from, endMs: to, fold });
    atMs = to;
  }
  if (atMs < endMs || pieces.length === 0) pieces.push({ startMs: atMs, endMs });
  return pieces;
}

function ticksOf(
  pieces: readonly (Piece & { readonly x: number; readonly width: number })[],
  perMs: number,
  startMs: number,
): { x: number; ms: number }[] {
  const stepMs = roundStep(TICK_WIDTH / Math.max(perMs, 1e-9));
  const ticks: { x: number; ms: number }[] = [];
  for (const piece of pieces) {
    if (piece.fold) continue;
    const first = Math.ceil((piece.startMs - startMs) / stepMs) * stepMs + startMs;
    for (let ms = first; ms <= piece.endMs && ticks.length < 100; ms += stepMs) {
      const x = piece.x + (ms - piece.startMs) * perMs;
      const last = ticks.at(-1);
      if (!last || x - last.x > TICK_WIDTH / 2) ticks.push({ x, ms });
    }
  }
  return ticks;
}

/** Returns the next step of 1, 2 or 5 times a power of ten, or of round seconds, minutes and hours. */
function roundStep(ms: number): number {
  for (const step of [15_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000, 21_600_000, 86_400_000])
    if (ms > 10_000 && ms <= step) return step;
  const power = 10 ** Math.floor(Math.log10(ms));
  return (TICK_STEPS.find((step) => step * power >= ms) ?? 10) * power;
}
