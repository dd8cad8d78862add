/**
 * State that belongs to one workflow execution, in typed slots, and marks on objects that travel through the SDK.
 *
 * Pure; sandbox code. A module may hold no state there: it is shared by all workflows of a thread. The SDK swaps
 * globals per workflow, so a slot is a global; its name is in the symbol registry, since the interceptors and the
 * functions that workflow code calls are bundled apart, each with a copy of this file.
 */

/** Every name that is used, so that no two are the same. */
type SlotName = 'run-state' | 'callers' | 'details' | 'map-reduce-calls';
type MarkName = 'child-kind' | 'infrastructure';

export interface Slot<T> {
  /** The value of the present workflow; `undefined` until it is set. */
  get(): T | undefined;
  set(value: T): void;
}

/** A value for each workflow execution. */
export function workflowSlot<T>(name: SlotName): Slot<T> {
  const key = keyOf(name);
  const scope = (): { [key]?: T } => globalThis;
  return {
    get: () => scope()[key],
    set: (value) => {
      scope()[key] = value;
    },
  };
}

export interface Mark<T> {
  /** The object's mark; `undefined` without one. Never throws. */
  of(object: unknown): T | undefined;
  /** The mark as a property, for the object that is to have it; it is never sent anywhere. */
  as(value: T): object;
}

/** A mark that an object carries under a hidden name. */
export function hiddenMark<T>(name: MarkName): Mark<T> {
  const key = keyOf(name);
  return {
    of: (object) => (object as { readonly [key]?: T } | null | undefined)?.[key],
    as: (value) => ({ [key]: value }),
  };
}

function keyOf(name: SlotName | MarkName): symbol {
  return Symbol.for(`temporal-job-tracing.${name}`);
}
