/**
 * Options of the export, checked before anything is set up.
 */
import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Logger } from '@temporalio/common';
import { optionError } from '../core/util/option-error';

/** The part of a Temporal logger that the export needs. */
export type ExportLogger = Pick<Logger, 'info' | 'warn' | 'error'>;

export interface SpanExportOptions {
  /** Where spans go, instead of an export set up from the `OTEL_*` variables. At least one. */
  readonly spanProcessors?: readonly SpanProcessor[];
  /** Resource of all spans, used as it is. @default detected as `OTEL_NODE_RESOURCE_DETECTORS` says */
  readonly resource?: Resource;
  /** Milliseconds that one flush, or the final shutdown, may take. @default 5000 */
  readonly flushTimeoutMs?: number;
}

const METHODS = ['onStart', 'onEnd', 'forceFlush', 'shutdown'] as const;

/** @throws {TypeError} with the option's name, what was expected and what was given */
export function checkExportOptions({ spanProcessors, resource }: SpanExportOptions): void {
  if (spanProcessors !== undefined) {
    const expected = 'an array with at least one SpanProcessor';
    if (!Array.isArray(spanProcessors) || spanProcessors.length === 0) {
      throw optionError('spanProcessors', expected, spanProcessors);
    }
    const index = spanProcessors.findIndex((processor) => !isSpanProcessor(processor));
    if (index >= 0) {
      const methods = `a SpanProcessor (${METHODS.join(', ')})`;
      throw optionError(`spanProcessors[${index}]`, methods, spanProcessors[index]);
    }
  }
  if (resource !== undefined && !isObject((resource as Partial<Resource> | null)?.attributes)) {
    throw optionError('resource', "a Resource with 'attributes'", resource);
  }
}

function isSpanProcessor(value: unknown): boolean {
  return isObject(value) && METHODS.every((method) => typeof value[method] === 'function');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
