/**
 * The details of the selected row, which are read when it is selected.
 */
import { useEffect, useState } from 'preact/hooks';
import { durationText } from '../../timeline/durations';
import type { RowDetails, RowSpan, TimelineRow } from '../../types';
import { paths, show, withParameters } from '../address';
import { timeText } from '../clock';
import { type ReadError, read } from '../resource';
import { STATES } from './bar';

/**
 * Delay before details are read, in milliseconds, so that moving through rows by keyboard does not read each
 * one.
 */
const PAUSE_MS = 120;

type Pair = readonly [name: string, value: preact.ComponentChildren];

interface DetailsProps {
  readonly row: TimelineRow;
  readonly service: string | undefined;
  readonly path: string;
  readonly startedAt: number;
  readonly namespace: string | undefined;
}

export function Details({ row, service, path, startedAt, namespace }: DetailsProps) {
  const [details, setDetails] = useState<RowDetails>();
  const [failure, setFailure] = useState<ReadError>();
  const hasDetails = row.kind !== 'group' && row.kind !== 'missing';
  useEffect(() => {
    if (!hasDetails) return;
    const abort = new AbortController();
    const readDetails = async () => {
      try {
        setDetails(
          await read<RowDetails>(
            `${path}/rows/${encodeURIComponent(row.id)}${query(namespace)}`,
            abort.signal,
          ),
        );
      } catch (error) {
        if (!abort.signal.aborted) setFailure(error as ReadError);
      }
    };
    const timer = setTimeout(() => void readDetails(), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [row.id, path, row.isOpen]);
  const span = details?.span;
  return (
    <aside class="details" aria-label={`Details of ${row.name}`} aria-live="polite">
      <div class="details-head">
        <h3>{row.name}</h3>
        <button
          type="button"
          class="close"
          aria-label="Close the details"
          onClick={() => show({ row: undefined })}
        >
          ✕
        </button>
      </div>
      <div class="details-body">
        <Pairs pairs={summary(row, service, startedAt)} />
        <p class="tools">
          <a class="chip" href={withParameters({ zoom: row.id })}>
            Zoom <kbd>z</kbd>
          </a>
          {row.runId !== undefined && (
            <a class="chip" href={paths.run(row.runId, namespace ?? '')}>
              Open run
            </a>
          )}
        </p>
        {(details?.error || row.errorLine !== undefined) && <ErrorOf row={row} details={details} />}
        {failure && (
          <p class="failure" role="alert">
            {failure.message}
          </p>
        )}
        {hasDetails && !details && !failure && <p class="pending">Loading …</p>}
        {details && details.properties.length > 0 && (
          <Section title={row.from === 'spans' ? 'Times' : 'History'} pairs={details.properties} />
        )}
        {span && <SpanDetails span={span} startedAt={startedAt} />}
      </div>
    </aside>
  );
}

function query(namespace: string | undefined): string {
  return namespace === undefined ? '' : `?namespace=${encodeURIComponent(namespace)}`;
}

function summary(
  { kind, startMs, durationMs, isOpen, parts, critical, note, group }: TimelineRow,
  service: string | undefined,
  startedAt: number,
): Pair[] {
  const own = critical.reduce((sum, stretch) => sum + stretch.durationMs, 0);
  return [
    ['duration', `${durationText(durationMs)}${isOpen ? ' so far' : ''}`],
    ...(own > 0 ? [['on the critical path', durationText(own)] as const] : []),
    ['started', `after ${durationText(startMs)}, at ${timeText(startedAt + startMs)}`],
    ...parts.flatMap((part): Pair[] =>
      part.state === 'working' && part.text === undefined
        ? []
        : [[part.text ?? STATES[part.state], durationText(part.durationMs)]],
    ),
    ...(group
      ? ([
          ['calls', String(group.count)],
          ['total', durationText(group.totalMs)],
          ['longest', durationText(group.longestMs)],
          ['errors', String(group.errors)],
        ] as const)
      : []),
    ['kind', kind],
    ...(service === undefined ? [] : [['service', service] as const]),
    ...(note === undefined ? [] : [['note', note] as const]),
  ];
}

function ErrorOf({ row, details }: { readonly row: TimelineRow; readonly details: RowDetails | undefined }) {
  const error = details?.error;
  return (
    <div class="error-box">
      <strong>{error ? `${error.type}: ${error.message}` : row.errorLine}</strong>
      {error?.stack !== undefined && (
        <details>
          <summary>Stack</summary>
          <pre>{error.stack}</pre>
        </details>
      )}
    </div>
  );
}

function SpanDetails({ span, startedAt }: { readonly span: RowSpan; readonly startedAt: number }) {
  const identity: Pair[] = [
    ['span id', <code key="id">{span.spanId}</code>],
    ['span kind', span.kind],
    ['scope', span.scope],
    ...(span.status === 'unset'
      ? []
      : [['status', span.statusMessage ? `${span.status}: ${span.statusMessage}` : span.status] as const]),
    ...(span.received > 1
      ? [['received', `${span.received} times; the one with the latest end is shown`] as const]
      : []),
    ...(span.dropped > 0 ? [['dropped', `${span.dropped} attributes, events or links`] as const] : []),
  ];
  return (
    <>
      <Section title="Attributes" pairs={span.attributes} />
      {span.events.length > 0 && (
        <>
          <h4>Events</h4>
          {span.events.map((event, index) => (
            <details key={`${event.atMs} ${index}`}>
              <summary>
                {event.name} <span class="quiet">{durationText(event.atMs - startedAt)} after the start</span>
              </summary>
              <Pairs pairs={event.attributes} />
            </details>
          ))}
        </>
      )}
      {span.links.length > 0 && (
        <Section
          title="Links"
          pairs={span.links.map(({ traceId, text }) => [
            text,
            <a key={traceId} href={paths.trace(traceId)}>
              {traceId}
            </a>,
          ])}
        />
      )}
      <Section title="Span" pairs={identity} />
      <details>
        <summary>Resource</summary>
        <Pairs pairs={span.resource} />
      </details>
    </>
  );
}

function Section({ title, pairs }: { readonly title: string; readonly pairs: readonly Pair[] }) {
  if (pairs.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <Pairs pairs={pairs} />
    </>
  );
}

function Pairs({ pairs }: { readonly pairs: readonly Pair[] }) {
  return (
    <dl class="pairs">
      {pairs.map(([name, value], index) => (
        <div key={`${name} ${index}`}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
