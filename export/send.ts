/**
 * Exports a batch of spans. A batch that is rejected as too large is halved and sent again, in the end span by span,
 * so that one large span does not lose the others.
 */
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { reasonOf } from './losses';

/** Callback for the result of some spans of a batch; called until all spans have a result. `undefined` for a success. */
export type OnResult = (spanCount: number, error: Error | undefined) => void;

/**
 * Exports the spans.
 *
 * @param isOver returns whether the results are no longer awaited: then no further part is sent
 */
export function send(
  exporter: SpanExporter,
  spans: ReadableSpan[],
  onResult: OnResult,
  isOver: () => boolean,
): void {
  const onExported = (result: ExportResult) => {
    const error = errorOf(result);
    if (!error || spans.length === 1 || !isTooLarge(error) || isOver()) {
      onResult(spans.length, error && withStatus(error));
      return;
    }
    const middle = Math.ceil(spans.length / 2);
    const [first, second] = [spans.slice(0, middle), spans.slice(middle)];
    let open = first.length;
    const onFirst: OnResult = (spanCount, why) => {
      onResult(spanCount, why);
      open -= spanCount;
      // One after the other, so that a collector that rejects requests does not get several at once.
      if (open === 0) send(exporter, second, onResult, isOver);
    };
    send(exporter, first, onFirst, isOver);
  };
  try {
    exporter.export(spans, onExported);
  } catch (error) {
    onExported({ code: ExportResultCode.FAILED, error: new Error(reasonOf(error)) });
  }
}

function errorOf({ code, error }: ExportResult): Error | undefined {
  return code === ExportResultCode.SUCCESS ? undefined : (error ?? new Error('unknown error'));
}

/** Error codes of a connection that a collector or proxy closed while it received too large a request. */
const BROKEN = new Set<unknown>(['EPIPE', 'ECONNRESET']);
const TOO_LARGE = 413;

function isTooLarge(error: Error): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === TOO_LARGE || BROKEN.has(code);
}

/** Returns the error with the HTTP status, which the exporter does not put into the message. */
function withStatus(error: Error): Error {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'number' ? new Error(`${code} ${error.message}`, { cause: error }) : error;
}
