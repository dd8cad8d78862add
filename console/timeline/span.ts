/**
 * Roles of Temporal's spans by name, and access to attributes. Pure.
 */
import type { Attribute, AttributeValue, TraceSpan } from '../sources/index';

/** Role of a span that Temporal's plugins, or this one, created. */
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

/**
 * Returns the role of a span and the rest of its name, as in `{ role: 'activity-call', name: 'saveUsers' }`.
 */
export function roleOf({ name }: Pick<TraceSpan, 'name'>): { role: SpanRole | undefined; name: string } {
  const colon = name.indexOf(':');
  const role = colon > 0 ? ROLES.get(name.slice(0, colon)) : undefined;
  return { role, name: role ? name.slice(colon + 1) : name };
}

/** Returns the attribute's value; `undefined` if there is none. */
function attributeOf(attributes: readonly Attribute[], name: string): AttributeValue | undefined {
  return attributes.find(([each]) => each === name)?.[1];
}

/** Returns the attribute's value if it is a number. */
export function numberAttribute(attributes: readonly Attribute[], name: string): number | undefined {
  const value = attributeOf(attributes, name);
  return typeof value === 'number' ? value : undefined;
}

/** Returns the attribute's value if it is a non-empty string. */
export function textAttribute(attributes: readonly Attribute[], name: string): string | undefined {
  const value = attributeOf(attributes, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whether the attribute's value is a list. */
export function isListValue(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}
