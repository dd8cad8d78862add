/**
 * Where the spans of a trace are linked to, as the page of a trace shows it. Pure.
 */
import type { ReceivedSpan } from '../../testing/otlp-span';

/** One line a link, with the path of the other trace's page. */
export function linkLines(trace: readonly ReceivedSpan[]): string[] {
  return trace.flatMap(({ name, links }) =>
    links.map(({ traceId, attributes }) => {
      const what = [attributes['job.link'], attributes['job.shard.label']].filter(
        (text) => text !== undefined,
      );
      return `→ ${name}, ${what.join(' ')}: /trace/${traceId}`;
    }),
  );
}
