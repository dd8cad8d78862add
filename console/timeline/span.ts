/**
 * What the names of Temporal's spans mean, and attributes by name. Pure.
 */
import type { Attribute, AttributeValue, TraceSpan } from '../sources/index';

/** What a span of Temporal's plugins, or ours, is about. */
export type SpanRole =
  | 'run'
  | 'run-started'
  | 'activity-call'
  | 'activity-attempt'
  | 'child-call'
  | 'nexus-call'
  | 'signal-handler'
  | 'update-handler';

const ROLES: ReadonlyMap<string, SpanRole> = new Map([
  ['RunWorkflow', 'run'],
  ['RunStarted', 'run-started'],
  ['StartActivity', 'activity-call'],
  ['RunActivity', 'activity-attempt'],
  ['StartChildWorkflow', 'child-call'],
  ['StartNexusOperation', 'nexus-call'],
  ['HandleSignal', 'signal-handler'],
  ['HandleUpdate', 'update-handler'],
]);

/** The role of a span, and the name without it, as in `{ role: 'activity-call', name: 'saveUsers' }`. */
export function roleOf({ name }: Pick<TraceSpan, 'name'>): { role: SpanRole | undefined; name: string } {
  const colon = name.indexOf(':');
  const role = colon > 0 ? ROLES.get(name.slice(0, colon)) : undefined;
  return { role, name: role ? name.slice(colon + 1) : name };
}

/** The attribute with this name; `undefined` if there is none. */
function attributeOf(attributes: readonly Attribute[], name: string): AttributeValue | undefined {
  return attributes.find(([each]) => each === name)?.[1];
}

/** The same as a number. */
export function numberAttribute(attributes: readonly Attribute[], name: string): number | undefined {
  const value = attributeOf(attributes, name);
  return typeof value === 'number' ? value : undefined;
}

/** The same as a non-empty string. */
export function textAttribute(attributes: readonly Attribute[], name: string): string | undefined {
  const value = attributeOf(attributes, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
