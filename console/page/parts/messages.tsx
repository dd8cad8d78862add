/**
 * Problems, errors and loading states.
 */
import type { Problem } from '../../types';
import { timeText } from '../clock';
import type { ReadError, Resource } from '../resource';

/** What could not be read, one line each. Screen readers announce it. */
export function Problems({ problems }: { readonly problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <div role="status">
      <ul class="problems">
        {problems.map(({ kind, text, namespace, sinceAt }) => (
          <li key={`${kind} ${namespace} ${text}`} class={`is-${kind}`}>
            {text}
            {sinceAt !== undefined && <span class="quiet"> Since {timeText(sinceAt)}.</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Shows an error or a loading state; nothing once the data is there. */
export function Pending({
  resource: { data, error },
  what,
}: {
  readonly resource: Resource<unknown>;
  readonly what: string;
}) {
  if (error) return <Failure error={error} isOld={data !== undefined} />;
  return data === undefined ? (
    <p class="pending" role="status">
      Loading {what} …
    </p>
  ) : null;
}

function Failure({ error, isOld }: { readonly error: ReadError; readonly isOld: boolean }) {
  return (
    <p class="failure" role="alert">
      {error.message}
      {isOld && ' Showing earlier data.'}
    </p>
  );
}
