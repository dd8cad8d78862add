/**
 * The error of a run, the innermost one first.
 */
import type { RunError } from '../../types';
import { withParameters } from '../address';

export function ErrorBox({
  error: { type, message, item, around, stack, row },
}: {
  readonly error: RunError;
}) {
  return (
    <section class="error-box" aria-labelledby="error-heading">
      <h2 id="error-heading">
        {item !== undefined && <span class="item">{item}: </span>}
        {type}
      </h2>
      <p class="error-message">{message}</p>
      <p class="tools">
        {row !== undefined && (
          <a class="chip" href={withParameters({ row })}>
            Where it failed
          </a>
        )}
      </p>
      {(around.length > 0 || stack !== undefined) && (
        <details>
          <summary>Outer errors{stack === undefined ? '' : ' and stack'}</summary>
          <ol>
            {around.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ol>
          {stack !== undefined && <pre>{stack}</pre>}
        </details>
      )}
    </section>
  );
}
