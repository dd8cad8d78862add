/**
 * The check whether an answer is a success.
 *
 * Pure. Used by the activity for answers and by the workflow for late reports.
 */
import { parsePath, valueAt } from './json-path';
import type { HttpResponse, SuccessRule } from './types';

/** Most characters of a body, or of a value in it, that a message quotes. */
const MAX_QUOTED = 200;
const DEFAULT_STATUS: readonly (number | string)[] = ['2xx'];
/** 4xx statuses after which a retry may succeed: https://www.rfc-editor.org/rfc/rfc9110#status.4xx and RFC 6585. */
const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 409, 421, 423, 425, 429]);

/** The reason why an answer is not a success. */
export interface Failing {
  readonly message: string;
  /** Whether the same request may get another answer later. */
  readonly retryable: boolean;
}

/** Returns why an answer is not a success; `undefined` if it is one. The status of a late report is not checked. */
export function failingOf(answer: HttpResponse, rule: SuccessRule = {}): Failing | undefined {
  const { status: allowed = DEFAULT_STATUS, json, text } = rule;
  const { status, body, reported } = answer;
  const subject = reported ? 'the report' : `answer ${status}`;
  if (!reported && !allowed.some((code) => fits(status, code))) {
    const quoted = body === '' ? '' : `: ${shortened(body)}`;
    return {
      message: `answer ${status}, expected ${allowed.join(', ')}${quoted}`,
      retryable: status < 400 || status >= 500 || RETRYABLE_STATUS.has(status),
    };
  }
  if (json === undefined && text === undefined) return undefined;
  if (answer.truncated) {
    const message = `${subject}: the body is longer than keepBytes (${body.length} characters are kept), so it cannot be checked; raise keepBytes`;
    return { message, retryable: false };
  }
  const problem =
    (text !== undefined && body.trim() !== text.trim()
      ? `expected the text ${JSON.stringify(text)}, got ${shortened(body)}`
      : undefined) ??
    (json && jsonProblem(body, json));
  return problem === undefined ? undefined : { message: `${subject}: ${problem}`, retryable: true };
}

function jsonProblem(body: string, { path, equals }: NonNullable<SuccessRule['json']>): string | undefined {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return `expected JSON with ${JSON.stringify(equals)} at ${path}, got ${shortened(body)}`;
  }
  const value = valueAt(document, parsePath(path) ?? []);
  if (value === equals) return undefined;
  const got = value === undefined ? 'nothing there' : cut(JSON.stringify(value));
  return `expected ${JSON.stringify(equals)} at ${path}, got ${got}`;
}

/** Whether the status is this code, or of this class (`'2xx'`). */
function fits(status: number, code: number | string): boolean {
  return typeof code === 'number' ? status === code : Math.floor(status / 100) === Number(code[0]);
}

function shortened(text: string): string {
  return text.length <= MAX_QUOTED ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, MAX_QUOTED))}…`;
}

function cut(text: string): string {
  return text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED)}…`;
}
