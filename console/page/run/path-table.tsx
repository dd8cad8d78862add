/**
 * The table behind the sentence: times on the critical path, of this run and usually.
 */

import { countText, durationText, percentText } from '../../timeline/durations';
import type { PathRow, Sentence } from '../../types';
import { withParameters } from '../address';

/** The table, closed at first. */
export function PathTable({ sentence: { table, comparedWith, from } }: { readonly sentence: Sentence }) {
  return (
    <details class="path-table">
      <summary>
        Compared with {comparedWith.length} usual runs, by time on the critical path
        {from === 'history' && ' (from their histories)'}
      </summary>
      <div class="scroll-x">
        <table class="list paths">
          <thead>
            <tr>
              <th scope="col">Operation</th>
              {['Usual', 'Now', 'Difference', 'Share', 'Calls', 'Errors'].map((name) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.map((row) => (
              <Row key={row.path.join('\n')} row={row} />
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Row({ row }: { readonly row: PathRow }) {
  const { operation, service, usualMs, nowMs, differenceMs, share, calls, usualCalls, errors } = row;
  const name = <code>{operation}</code>;
  return (
    <tr>
      <th scope="row" title={row.path.join(' › ')}>
        {row.row === undefined ? name : <a href={withParameters({ row: row.row })}>{name}</a>}
        {service !== undefined && <span class="quiet"> {service}</span>}
        {row.isNew && <span class="tag">new</span>}
        {row.isGone && <span class="tag">missing</span>}
      </th>
      <td class="number">{durationText(usualMs)}</td>
      <td class="number">{durationText(nowMs)}</td>
      <td class="number">
        {differenceMs > 0 ? '+' : ''}
        {durationText(differenceMs)}
      </td>
      <td class="number">{percentText(share)}</td>
      <td class="number">
        {countText(calls)}
        {calls !== usualCalls && <span class="quiet"> usually {countText(usualCalls)}</span>}
      </td>
      <td class="number">
        {errors > 0 ? <strong class="bad">{countText(errors)}</strong> : <span class="quiet">0</span>}
      </td>
    </tr>
  );
}
