/**
 * Sends a batch of spans. One that is refused as too large is halved and sent again, at last span by span, so that a
 * large span takes no other with it.
 */
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { reasonOf } from './losses';

/** The answer to some of the spans: all of a batch are answered, in one or more parts. */
export type OnAnswer = (spanCount: number, error: Error | undefined) => void;

/** @param isOver whether nobody waits for answers any more: then no further part is sent */
export function send(
  exporter: SpanExporter,
  spans: ReadableSpan[],
  onAnswer: OnAnswer,
  isOver: () => boolean,
): void {
  const answered = (result: ExportResult) => {
    const error = errorOf(result);
    if (!error || spans.length === 1 || !isTooLarge(error) || isOver()) {
      onAnswer(spans.length, error && named(error));
      return;
    }
    const middle = Math.ceil(spans.length / 2);
    const [first, second] = [spans.slice(0, middle), spans.slice(middle)];
    let open = first.length;
    const onFirst: OnAnswer = (spanCount, why) => {
      onAnswer(spanCount, why);
      open -= spanCount;
      // One after the other: a collector that refuses is not sent more at once.
      if (open === 0) send(exporter, second, onAnswer, isOver);
    };
    send(exporter, first, onFirst, isOver);
  };
  try {
    exporter.export(spans, answered);
  } catch (error) {
    answered({ code: ExportResultCode.FAILED, error: new Error(reasonOf(error)) });
  }
}

function errorOf({ code, error }: ExportResult): Error | undefined {
  return code === ExportResultCode.SUCCESS ? undefined : (error ?? new Error('unknown error'));
}

/** What a connection breaks with that a collector or proxy closes while it is sent too much. */
const BROKEN = new Set<unknown>(['EPIPE', 'ECONNRESET']);
const TOO_LARGE = 413;

function isTooLarge(error: Error): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === TOO_LARGE || BROKEN.has(code);
}

/** With the status of the answer, which the exporter keeps beside the message. */
function named(error: Error): Error {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'number' ? new Error(`${code} ${error.message}`, { cause: error }) : error;
}
