/**
 * Which of OpenTelemetry's process-wide registrations are ours.
 *
 * `@opentelemetry/api` keeps them in one object under a well-known symbol, shared by all its 1.x copies, and
 * has no call that tells whether something is registered; neither does `NodeSDK` tell what it could register.
 */
import { context, diag, propagation, trace } from '@opentelemetry/api';

const API_KEY = Symbol.for('opentelemetry.js.api.1');
const LOGS_KEY = Symbol.for('io.opentelemetry.js.api.logs');
const APIS = { trace, context, propagation, diag } as const;

type ApiName = keyof typeof APIS;
type Registry = { [name in ApiName]?: unknown };

/** Whether the process has a tracer provider. */
export function hasTracerProvider(): boolean {
  return registry().trace !== undefined;
}

/**
 * Runs what registers globals. A diag logger that the user has set stays. `NodeSDK` always registers a logger
 * provider, which would be in the way of one that the user sets later: its place is taken meanwhile.
 *
 * @returns takes back what was registered, unless the user has replaced it meanwhile
 */
export function registering(register: () => void): () => void {
  const before = { ...registry() };
  const holder = globalThis as { [LOGS_KEY]?: unknown };
  const isLogsFree = holder[LOGS_KEY] === undefined;
  if (isLogsFree) holder[LOGS_KEY] = () => undefined;
  try {
    register();
  } finally {
    if (isLogsFree) Reflect.deleteProperty(holder, LOGS_KEY);
  }
  if (before.diag !== undefined) registry().diag = before.diag;
  const after = { ...registry() };
  return () => {
    for (const name of Object.keys(APIS) as ApiName[]) {
      const isOurs = after[name] !== undefined && after[name] !== before[name];
      if (isOurs && registry()[name] === after[name]) APIS[name].disable();
    }
  };
}

function registry(): Registry {
  return (globalThis as { [API_KEY]?: Registry })[API_KEY] ?? {};
}
