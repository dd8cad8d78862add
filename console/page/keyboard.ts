/**
 * Keyboard shortcuts. Each view registers its own; form fields keep their keys.
 */
import { useEffect, useRef } from 'preact/hooks';

/** Actions by `KeyboardEvent.key`; other keys are left to the browser. */
type KeyActions = Readonly<Record<string, (() => void) | undefined>>;

const views: { readonly current: KeyActions }[] = [];

/** Registers the keys of a view while it is shown; nested views take precedence. */
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

/** Handles the keys of the document. Called once. */
export function takeKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const isTyping = event.target instanceof HTMLElement && event.target.closest('input, select, textarea');
    if (isTyping) {
      if (event.key === 'Escape') (event.target as HTMLElement).blur();
      return;
    }
    // An open dialog keeps all keys except `?`.
    if (event.target instanceof Element && event.target.closest('dialog') && event.key !== '?') return;
    const action = views.findLast(({ current }) => current[event.key])?.current[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** Focuses the view's search field. */
export function focusFind(): void {
  document.querySelector<HTMLInputElement>('input[type=search]')?.focus();
}

/** Registers the keys of a list whose rows are links: `j` and `k` move between rows. */
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
