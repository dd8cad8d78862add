/**
 * The watcher of a namespace: its state, silences, channels, and gaps.
 */
import type { AlertChannelState, WatcherState } from '../../types';
import { Property } from '../parts/property';
import { Ago, Time } from '../parts/time';
import { TYPE_WORDS } from './words';

const STATES: Readonly<Record<WatcherState['state'], string>> = {
  watching: 'watching',
  starting: 'starting',
  blind: 'not reading',
  none: 'not running',
  unknown: 'unknown',
};

/** The state of the watcher of a namespace. */
export function Watcher({
  watcher,
  hasNamespaces,
}: {
  readonly watcher: WatcherState;
  readonly hasNamespaces: boolean;
}) {
  const { namespace, state, readAt, sinceAt, process, config, silences, channels } = watcher;
  if (state === 'none') return null;
  return (
    <section class="watcher">
      <h2>Watcher{hasNamespaces && ` of ${namespace}`}</h2>
      <dl class="properties-line">
        <Property name="state">
          <span class={state === 'watching' ? '' : 'bad'}>{STATES[state]}</span>
        </Property>
        {readAt !== undefined && (
          <Property name="last read">
            <Ago at={readAt} />
          </Property>
        )}
        {sinceAt !== undefined && (
          <Property name="running since">
            <Time at={sinceAt} />
          </Property>
        )}
        {process !== undefined && <Property name="process">{process}</Property>}
        {config !== undefined && (
          <Property name="configuration">
            <code>{config}</code>
          </Property>
        )}
      </dl>
      <h3>Silences</h3>
      {silences.length === 0 ? (
        <p class="quiet">None. To add one, send the signal silence to the workflow job-watcher.</p>
      ) : (
        <ul class="lines">
          {silences.map(({ job, untilAt, reason }) => (
            <li key={job}>
              <code>{job}</code> until <Time at={untilAt} />
              {reason !== '' && <span class="quiet"> {reason}</span>}
            </li>
          ))}
        </ul>
      )}
      <h3>Channels</h3>
      {channels.length === 0 ? (
        <p class="quiet">Unknown: no watcher process has answered yet.</p>
      ) : (
        <ul class="lines">
          {channels.map((channel) => (
            <Channel key={channel.name} channel={channel} />
          ))}
        </ul>
      )}
      <Untold watcher={watcher} />
    </section>
  );
}

function Channel({ channel: { name, isStopped, last } }: { readonly channel: AlertChannelState }) {
  return (
    <li>
      <code>{name}</code> {isStopped && <strong class="bad">stopped</strong>}
      {last === undefined ? (
        <span class="quiet"> no recent message</span>
      ) : (
        <>
          {' last message: '}
          {TYPE_WORDS[last.type][last.state]},{' '}
          <span class={last.outcome === 'delivered' ? '' : 'bad'}>{last.outcome}</span> <Ago at={last.at} />
          {last.why !== undefined && <span class="quiet"> {last.why}</span>}
        </>
      )}
    </li>
  );
}

function Untold({ watcher: { withoutUsual, untold } }: { readonly watcher: WatcherState }) {
  if (withoutUsual.length === 0 && untold.length === 0) return null;
  return (
    <>
      <h3>Not reported</h3>
      <ul class="lines">
        {withoutUsual.length > 0 && (
          <li>
            slow runs of jobs with fewer than 10 successful runs, unless overMs is set:{' '}
            {withoutUsual.join(', ')}
          </li>
        )}
        {untold.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </>
  );
}
