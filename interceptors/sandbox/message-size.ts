/**
 * The size of a workflow task's message, and what is removed from it before the server would refuse it: a
 * task whose message is too large is retried forever.
 *
 * Sandbox code; pure.
 */
import type { Command } from '../../core/sdk-types';
import { SEARCH_ATTRIBUTES } from '../../core/search-attributes';
import { MAX_MESSAGE_BYTES } from '../../core/server-limits';
import { TRACE_HEADER } from '../../core/trace-header';
import type { Allowance } from './allowance';

/** Largest message, in bytes: a payload codec may enlarge it later, by a third if it writes base64. */
const MAX_BYTES = MAX_MESSAGE_BYTES * 0.75;
/** The attributes that a bound parent gives its children, except `JobName`, which may be the user's own. */
const OURS = Object.keys(SEARCH_ATTRIBUTES).filter((name) => name !== 'JobName');

/**
 * Returns the commands to send: unchanged, or without the plugin's additions.
 *
 * @param onTooLarge called with the size of the message in bytes if the additions were removed
 */
export function fitting(
  commands: readonly Command[],
  allowance: Allowance,
  onTooLarge: (bytes: number) => void,
): readonly Command[] {
  const bytes = allowance.send(bytesOf(commands));
  if (bytes <= MAX_BYTES || !allowance.isUsed) return commands;
  onTooLarge(bytes);
  return commands.map(withoutTrace);
}

function bytesOf(commands: readonly Command[]): number {
  // A local activity's arguments stay on the worker.
  return commands.reduce((sum, command) => sum + (command.scheduleLocalActivity ? 0 : sizeOf(command)), 0);
}

/** Returns the command without the plugin's additions. */
function withoutTrace(command: Command): Command {
  const { scheduleActivity: activity, startChildWorkflowExecution: child } = command;
  const { signalExternalWorkflowExecution: signal, continueAsNewWorkflowExecution: next } = command;
  if (activity) return { ...command, scheduleActivity: withoutHeader(activity) };
  if (signal) return { ...command, signalExternalWorkflowExecution: withoutHeader(signal) };
  if (next) return { ...command, continueAsNewWorkflowExecution: withoutHeader(next) };
  if (!child) return command;
  const fields = child.searchAttributes?.indexedFields;
  const isBound = fields != null && 'TraceId' in fields && TRACE_HEADER in (child.headers ?? {});
  const searchAttributes = isBound ? { indexedFields: without(fields, OURS) } : child.searchAttributes;
  return {
    ...command,
    startChildWorkflowExecution: { ...withoutHeader(child), searchAttributes: searchAttributes ?? null },
  };
}

function withoutHeader<T extends { headers?: Record<string, unknown> | null }>(call: T): T {
  return call.headers ? { ...call, headers: without(call.headers, [TRACE_HEADER]) } : call;
}

function without<T>(members: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));
}

/** Returns an upper bound of a message's size in bytes: its content and the names of its members. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let bytes = 0;
  for (const [name, member] of Object.entries(value))
    if (member != null) bytes += name.length + sizeOf(member);
  return bytes;
}
