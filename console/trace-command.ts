/**
 * `temporal-job-tracing trace <TraceId>`: prints a trace from a running console as a tree with bars.
 */
import { parseArgs } from 'node:util';
import { isTraceId } from '../core/trace-id';
import { isRecord, safely, textOf } from '../core/util/untrusted';
import { type WaterfallSpan, waterfall } from '../core/waterfall';
import { ConsoleError, ConsoleUsageError } from './console-error';
import { readToken, TOKEN_VARIABLE } from './token';
import type { TracePage } from './types';

const DEFAULT_URL = 'http://127.0.0.1:4318';
const TIMEOUT_MS = 20_000;
const MIN_COLUMNS = 60;

const USAGE = `Usage: temporal-job-tracing trace <TraceId or run id> [options]

  --console <url>           address of the console; default ${DEFAULT_URL}
  --token-file <path>       file with the console's token; otherwise the variable ${TOKEN_VARIABLE}`;

/** The command's options, for Node's `parseArgs`. */
export const TRACE_FLAGS = {
  console: { type: 'string', default: DEFAULT_URL },
  'token-file': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Runs the command. Rejects with a {@link ConsoleError} for errors that the user can fix. */
export async function runTrace(args: readonly string[]): Promise<void> {
  const { values, positionals } = parsed(args);
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const [traceOrRunId, ...more] = positionals;
  if (traceOrRunId === undefined || more.length > 0)
    throw new ConsoleUsageError(`Expected one TraceId, got ${positionals.length}.\n\n${USAGE}`);
  const traceId = traceOrRunId.replaceAll('-', '').toLowerCase();
  if (!isTraceId(traceId))
    throw new ConsoleUsageError(
      `TraceId: expected 32 hex digits that are not all 0, or a run id, got ${traceOrRunId}`,
    );
  const token = readToken(values['token-file']);
  const base = values.console.replace(/\/+$/, '');
  const otlp = await fetchFrom(`${base}/api/traces/${traceId}.json`, base, token);
  if (otlp === undefined) {
    const page = await fetchFrom(`${base}/api/traces/${traceId}`, base, token);
    const note = (page as Partial<TracePage> | undefined)?.spansNote;
    throw new ConsoleError(`Trace ${traceId}: ${note ?? 'none of its spans is stored here.'}`);
  }
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const columns = Math.max(MIN_COLUMNS, process.stdout.columns ?? 100);
  for (const line of waterfall(spansOf(otlp), { columns, color })) console.log(line);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: TRACE_FLAGS, allowPositionals: true });
  } catch (error) {
    throw new ConsoleUsageError(`${(error as Error).message}\n\n${USAGE}`, { cause: error });
  }
}

/** Fetches JSON from the console; `undefined` for a 404. All other responses become errors. */
async function fetchFrom(url: string, base: string, token: string | undefined): Promise<unknown> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    body = jsonOf(await response.text());
  } catch (error) {
    throw new ConsoleError(
      `No console answers at ${base}: start one with temporal-job-tracing console, or set its address with --console.`,
      { cause: error },
    );
  }
  // A collector may use the same port.
  if (!isRecord(body))
    throw new ConsoleError(
      `${base} answered ${response.status} without JSON, so it is not a console: set its address with --console.`,
    );
  if (response.ok) return body;
  if (response.status === 404) return undefined;
  const reason = isRecord(body.error) ? textOf(body.error.text) : undefined;
  throw new ConsoleError(`${base} answered ${response.status}: ${reason ?? 'is that a console?'}`);
}

/** Parses JSON; `undefined` if the text is none. */
function jsonOf(text: string): unknown {
  return safely(() => JSON.parse(text) as unknown);
}

/** Reads the spans of the console's OTLP JSON. Never throws. */
function spansOf(otlp: unknown): WaterfallSpan[] {
  return list(otlp, 'resourceSpans').flatMap((sent) => {
    const service = safely(() =>
      list(isRecord(sent) ? sent.resource : {}, 'attributes').find(
        (each) => isRecord(each) && each.key === 'service.name',
      ),
    );
    const name = isRecord(service) && isRecord(service.value) ? service.value.stringValue : undefined;
    const resource = { 'service.name': name };
    return list(sent, 'scopeSpans').flatMap((scope) =>
      list(scope, 'spans').flatMap((span) => safely(() => spanOf(span, resource)) ?? []),
    );
  });
}

const STATUS = ['unset', 'ok', 'error'] as const;

function spanOf(span: unknown, resource: WaterfallSpan['resource']): WaterfallSpan | undefined {
  if (!isRecord(span)) return undefined;
  const startMs = Number(span.startTimeUnixNano) / 1e6;
  const endMs = Math.max(startMs, Number(span.endTimeUnixNano) / 1e6);
  const parentSpanId = textOf(span.parentSpanId);
  const status = isRecord(span.status) ? span.status : {};
  const message = textOf(status.message);
  return {
    traceId: String(span.traceId),
    spanId: String(span.spanId),
    ...(parentSpanId !== undefined && { parentSpanId }),
    name: String(span.name),
    startMs,
    endMs,
    durationMs: endMs - startMs,
    status: { code: STATUS[Number(status.code)] ?? 'unset', ...(message !== undefined && { message }) },
    resource,
  };
}

function list(value: unknown, name: string): readonly unknown[] {
  const found = isRecord(value) ? value[name] : undefined;
  return Array.isArray(found) ? found : [];
}
