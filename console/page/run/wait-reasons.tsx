/**
 * The reasons why a running run makes no progress.
 */
import type { WaitReason } from '../../types';
import { withParameters } from '../address';
import { Ago } from '../parts/time';

export function WaitReasons({ reasons }: { readonly reasons: readonly WaitReason[] }) {
  if (reasons.length === 0) return null;
  return (
    <ul class="waiting" aria-label="Why the run waits" aria-live="polite">
      {reasons.map(({ kind, text, row, sinceAt, untilAt }) => (
        <li key={`${kind} ${row} ${text}`} class={`is-${kind}`}>
          {row === undefined ? text : <a href={withParameters({ row })}>{text}</a>}
          <span class="quiet">
            {sinceAt !== undefined && (
              <>
                {' '}
                since <Ago at={sinceAt} />
              </>
            )}
            {untilAt !== undefined && (
              <>
                , continues <Ago at={untilAt} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
