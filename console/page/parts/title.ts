/**
 * Sets the document's title, which screen readers announce when the page changes.
 */
import { useEffect } from 'preact/hooks';

/** Sets the title while the component is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Console`;
  }, [title]);
}
