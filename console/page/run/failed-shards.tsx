/**
 * The shards of a MapReduce run: their number by state, and those that did not succeed.
 */

import { countText, durationText } from '../../timeline/durations';
import type { FailedShard, RunShards, RunState } from '../../types';
import { paths } from '../address';
import { STATE_WORDS, StateIcon } from '../parts/state';

/** The numbers, and a list of the shards that did not succeed. */
export function FailedShards({
  shards,
  namespace,
}: {
  readonly shards: RunShards;
  readonly namespace: string;
}) {
  const states = Object.entries(shards.states) as [RunState, number][];
  return (
    <section aria-labelledby="shards-heading">
      <div class="head">
        <h2 id="shards-heading">Shards</h2>
        <p class="quiet shard-states">
          {countText(shards.count)} in total
          {states.map(([state, count]) => (
            <span key={state} class={`state is-${state}`}>
              <StateIcon state={state} />
              {countText(count)} {STATE_WORDS[state]}
            </span>
          ))}
        </p>
      </div>
      {shards.rerun !== undefined && <p class="note">{shards.rerun}</p>}
      {shards.failed.length > 0 && (
        <table class="list shards">
          <thead>
            <tr>
              <th scope="col">Shard</th>
              <th scope="col">Error</th>
              <th scope="col" class="number">
                Attempts
              </th>
              <th scope="col" class="number">
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {shards.failed.map((shard) => (
              <Shard key={shard.runId} shard={shard} namespace={namespace} />
            ))}
          </tbody>
        </table>
      )}
      {shards.more > 0 && <p class="quiet">+ {countText(shards.more)} more failed shards</p>}
    </section>
  );
}

function Shard({ shard, namespace }: { readonly shard: FailedShard; readonly namespace: string }) {
  const { state, label, index, error, attempts, durationMs } = shard;
  return (
    <tr>
      <th scope="row">
        <a class="row-link" href={paths.run(shard.runId, namespace)}>
          <StateIcon state={state} /> {label === '' ? `shard ${index}` : label}
        </a>
      </th>
      <td>
        {error ? (
          <>
            {error.item !== undefined && <strong>{error.item}: </strong>}
            {error.type}: {error.message}
          </>
        ) : (
          STATE_WORDS[state]
        )}
      </td>
      <td class="number">{countText(attempts)}</td>
      <td class="number">{durationMs === undefined ? '–' : durationText(durationMs)}</td>
    </tr>
  );
}
