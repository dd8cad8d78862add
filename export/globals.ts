/**
 * Our registrations among OpenTelemetry's process-wide ones.
 *
 * `@opentelemetry/api` keeps them in one object under a well-known symbol, shared by all its 1.x copies, and
 * has no function that returns whether something is registered.
 */
import { context, diag, propagation, trace } from '@opentelemetry/api';
import { makeWay } from './make-way';

const API_KEY = Symbol.for('opentelemetry.js.api.1');
const APIS = { trace, context, propagation, diag } as const;

type ApiName = keyof typeof APIS;
type Registry = { [name in ApiName]?: unknown };

/** Whether the process has a tracer provider. */
export function hasTracerProvider(): boolean {
  return registry().trace !== undefined;
}

/** Whether the process has a logger for OpenTelemetry's diagnostics. */
export function hasDiagLogger(): boolean {
  return registry().diag !== undefined;
}

/**
 * Calls a function that registers globals. Keeps a diag logger that the user has set.
 *
 * @param onReplaced called when the application later registers a tracer provider, which replaces ours
 * @returns a function that removes the registrations, except those that were replaced
 */
export function registering(register: () => void, onReplaced: () => void): () => void {
  const before = { ...registry() };
  register();
  if (before.diag !== undefined) registry().diag = before.diag;
  const after = { ...registry() };
  const isNew = (name: ApiName) => after[name] !== undefined && after[name] !== before[name];
  const own = new Set((Object.keys(APIS) as ApiName[]).filter(isNew));
  let isReplaced = false;
  const endWay = makeWay(
    own,
    (name) => Reflect.deleteProperty(registry(), name),
    () => {
      isReplaced = true;
      onReplaced();
    },
  );
  return () => {
    for (const name of own) {
      // An application that has registered only a tracer provider still uses our other registrations.
      const isNeeded = isReplaced && (name === 'context' || name === 'propagation');
      if (!isNeeded && registry()[name] === after[name]) APIS[name].disable();
    }
    endWay();
  };
}

function registry(): Registry {
  return (globalThis as { [API_KEY]?: Registry })[API_KEY] ?? {};
}
