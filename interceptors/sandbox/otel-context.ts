/**
 * Context and baggage as `@opentelemetry/api` expects them, without loading it.
 *
 * Sandbox code. The keys are the API's own: `createContextKey` is `Symbol.for` in every 1.x.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/context/context.ts
 */
import type { BaggageEntry as ApiBaggageEntry, Baggage, Context, Span } from '@opentelemetry/api';
import { toText } from '../../core/attribute-limits';
import type { BaggageEntry } from '../../core/baggage';
import type { SpanRef } from '../../core/traceparent';
import { safely } from '../../core/util/untrusted';
import { toSpanRef } from './api-values';

const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN');
const BAGGAGE_KEY = Symbol.for('OpenTelemetry Baggage Key');

class SandboxContext implements Context {
  readonly #values: ReadonlyMap<symbol, unknown>;

  constructor(values: ReadonlyMap<symbol, unknown>) {
    this.#values = values;
  }

  getValue(key: symbol): unknown {
    return this.#values.get(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new SandboxContext(new Map(this.#values).set(key, value));
  }

  deleteValue(key: symbol): Context {
    return this.setValue(key, undefined);
  }
}

/** The empty context: without span and baggage. */
export const EMPTY_CONTEXT: Context = new SandboxContext(new Map());

/** Whether the object can serve as an active context for user code. Never throws. */
export function isContext(context: unknown): context is Context {
  const methods = safely(() => {
    const { getValue, setValue, deleteValue } = context as Context;
    return [getValue, setValue, deleteValue];
  });
  return methods?.every((method) => typeof method === 'function') ?? false;
}

/**
 * Returns the context with one more value; if it cannot take the value, a context with that value alone.
 * Never throws.
 */
export function withValue(context: Context, key: symbol, value: unknown): Context {
  return safely(() => context.setValue(key, value)) ?? new SandboxContext(new Map([[key, value]]));
}

export function withSpan(context: Context, span: Span): Context {
  return withValue(context, SPAN_KEY, span);
}

/** Returns the reference to the context's span, which may be any object of user code. Never throws. */
export function spanRefOf(context: Context | undefined): SpanRef | undefined {
  return safely(() => {
    const span = context?.getValue(SPAN_KEY) as Span | undefined;
    return span && toSpanRef(span.spanContext());
  });
}

export function withBaggage(context: Context, entries: ReadonlyMap<string, BaggageEntry>): Context {
  return withValue(context, BAGGAGE_KEY, new SandboxBaggage(entries));
}

/**
 * Returns the context's baggage, which may be any object of user code; `undefined` if there is none. Never
 * throws.
 */
export function baggageOf(context: Context): ReadonlyMap<string, BaggageEntry> | undefined {
  return safely(() => {
    const baggage = context.getValue(BAGGAGE_KEY) as Baggage | undefined;
    return (
      baggage && new Map(baggage.getAllEntries().map(([name, entry]) => [toText(name), plainEntry(entry)]))
    );
  });
}

function plainEntry({ value, metadata }: ApiBaggageEntry): BaggageEntry {
  return { value: toText(value), ...(metadata && { metadata: toText(metadata) }) };
}

class SandboxBaggage implements Baggage {
  readonly #entries: ReadonlyMap<string, BaggageEntry>;

  constructor(entries: ReadonlyMap<string, BaggageEntry>) {
    this.#entries = entries;
  }

  getEntry(key: string): ApiBaggageEntry | undefined {
    const entry = this.#entries.get(key);
    return entry && apiEntry(entry);
  }

  getAllEntries(): [string, ApiBaggageEntry][] {
    return [...this.#entries].map(([name, entry]) => [name, apiEntry(entry)]);
  }

  setEntry(key: string, entry: ApiBaggageEntry): Baggage {
    const plain = safely(() => plainEntry(entry));
    return plain ? new SandboxBaggage(new Map(this.#entries).set(key, plain)) : this;
  }

  removeEntry(key: string): Baggage {
    return this.removeEntries(key);
  }

  removeEntries(...keys: string[]): Baggage {
    return new SandboxBaggage(new Map([...this.#entries].filter(([key]) => !keys.includes(key))));
  }

  clear(): Baggage {
    return new SandboxBaggage(new Map());
  }
}

const METADATA = Symbol.for('BaggageEntryMetadata');

function apiEntry({ value, metadata }: BaggageEntry): ApiBaggageEntry {
  if (!metadata) return { value };
  const apiMetadata: unknown = { __TYPE__: METADATA, toString: () => metadata };
  return { value, metadata: apiMetadata as NonNullable<ApiBaggageEntry['metadata']> };
}
