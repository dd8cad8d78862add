/**
 * The field of a view to find rows by their text; what is typed is in the address.
 */
import { parameter, show } from '../address';

export function FindField({ label }: { readonly label: string }) {
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={`${label}  /`}
      value={parameter('q') ?? ''}
      onInput={({ currentTarget }) => show({ q: currentTarget.value || undefined })}
    />
  );
}
