/**
 * The search field of a view. Its text is in the address.
 */
import { parameter, show } from '../address';

/** The field; `label` is for screen readers. */
export function FindField({ label }: { readonly label: string }) {
  return (
    <span class="find">
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={parameter('q') ?? ''}
        onInput={({ currentTarget }) => show({ q: currentTarget.value || undefined })}
      />
      <kbd>/</kbd>
    </span>
  );
}
