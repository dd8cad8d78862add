/**
 * The sentence that compares a run with usual ones. Names of operations link to their rows.
 */
import type { Sentence } from '../../types';
import { withParameters } from '../address';

/** The sentence in its pieces. */
export function SentenceLine({ sentence: { parts, state } }: { readonly sentence: Sentence }) {
  return (
    <p class={`sentence is-${state}`}>
      {parts.map(({ text, as, row }, index) => {
        const shown = as === 'operation' ? <code>{text}</code> : text;
        return row === undefined ? (
          <span key={`${index} ${text}`}>{shown}</span>
        ) : (
          <a key={`${index} ${text}`} href={withParameters({ row })}>
            {shown}
          </a>
        );
      })}
    </p>
  );
}
