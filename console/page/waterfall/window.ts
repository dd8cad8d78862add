/**
 * Determines the rows of a long list that are in view; only these are in the document.
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Number of rows that are added or removed at a time, so that most scrolling renders nothing. */
const CHUNK = 16;

/** The rows in view, by index. */
export interface RowWindow {
  readonly first: number;
  /** Index after the last row. */
  readonly end: number;
  readonly width: number;
}

/**
 * Tracks the rows of a list that are in view.
 *
 * @param rowHeight height of a row in pixels
 */
export function useRowWindow(count: number, rowHeight: number) {
  const body = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState<RowWindow>({ first: 0, end: CHUNK * 4, width: 0 });
  useLayoutEffect(() => {
    const measure = () => {
      const box = body.current?.getBoundingClientRect();
      if (!box) return;
      const first = Math.max(0, Math.floor(-box.top / rowHeight / CHUNK - 1) * CHUNK);
      const end = Math.ceil(Math.max(0, innerHeight - box.top) / rowHeight / CHUNK + 1) * CHUNK;
      const width = Math.round(box.width);
      setRange((old) =>
        old.first === first && old.end === end && old.width === width ? old : { first, end, width },
      );
    };
    measure();
    const sizes = new ResizeObserver(measure);
    if (body.current) sizes.observe(body.current);
    addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure);
    return () => {
      sizes.disconnect();
      removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
    };
  }, [rowHeight]);
  return { body, first: Math.min(range.first, count), end: Math.min(range.end, count), width: range.width };
}

/** Scrolls so that the row is visible below the sticky header. */
export function revealRow(body: HTMLElement | null, index: number, rowHeight: number): void {
  if (!body || index < 0) return;
  const top = body.getBoundingClientRect().top + index * rowHeight;
  const [from, until] = [80, innerHeight - rowHeight * 2];
  if (top < from || top > until) scrollBy({ top: top - innerHeight / 3, behavior: 'instant' });
}

/** Returns whether a media query matches, and updates when that changes. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useLayoutEffect(() => {
    const media = matchMedia(query);
    const change = () => setHolds(media.matches);
    media.addEventListener('change', change);
    return () => media.removeEventListener('change', change);
  }, [query]);
  return holds;
}
