/**
 * Keys of the whole page. A view registers what its keys do; fields keep what is typed into them.
 */
import { useEffect, useRef } from 'preact/hooks';

/** By `KeyboardEvent.key`; a key without an action is the browser's. */
type KeyActions = Readonly<Record<string, (() => void) | undefined>>;

const views: { readonly current: KeyActions }[] = [];

/** Keys of a view, while it is shown; a view within another one goes first. */
export function useKeys(actions: KeyActions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    views.push(latest);
    return () => {
      views.splice(views.indexOf(latest), 1);
    };
  }, []);
}

export function takeKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const isTyping = event.target instanceof HTMLElement && event.target.closest('input, select, textarea');
    if (isTyping) {
      if (event.key === 'Escape') (event.target as HTMLElement).blur();
      return;
    }
    // A button or link has its own Enter and space; a dialog has all keys but Escape and ?.
    if (event.target instanceof Element && event.target.closest('dialog') && event.key !== '?') return;
    const action = views.findLast(({ current }) => current[event.key])?.current[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** Puts the keyboard into the view's field for finding. */
export function focusFind(): void {
  document.querySelector<HTMLInputElement>('input[type=search]')?.focus();
}

/** Keys of a list whose rows are links: `j` and `k` go from one to the next. */
export function useRowKeys(more: KeyActions = {}): void {
  const step = (by: number) => () => {
    const rows = [...document.querySelectorAll<HTMLAnchorElement>('a.row-link')];
    const present = rows.indexOf(document.activeElement as HTMLAnchorElement);
    const next =
      rows[present < 0 && by < 0 ? rows.length - 1 : Math.min(rows.length - 1, Math.max(0, present + by))];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  useKeys({ j: step(1), k: step(-1), ArrowDown: step(1), ArrowUp: step(-1), '/': focusFind, ...more });
}
