/**
 * State of a workflow execution, in typed slots, and marks on objects that pass through the SDK.
 *
 * Pure; sandbox code. Modules must not hold state there, since all workflows of a thread share them. The SDK swaps
 * globals per workflow, so a slot is a global. Its key is in the global symbol registry, since the interceptors and
 * the functions that workflow code calls are bundled separately, each with a copy of this file.
 */

/** All names in use, so that no two are the same. */
type SlotName = 'run-state' | 'callers' | 'details' | 'map-reduce-calls';
type MarkName = 'child-kind' | 'infrastructure' | 'header-interceptor';

/** A value for each workflow execution. */
export interface Slot<T> {
  /** Returns the value of the current workflow; `undefined` until it is set. */
  get(): T | undefined;
  /** Sets the value of the current workflow. */
  set(value: T): void;
}

/** Creates a slot with one value for each workflow execution. */
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

/** A mark on objects. */
export interface Mark<T> {
  /** Returns the object's mark; `undefined` without one. Never throws. */
  of(object: unknown): T | undefined;
  /** Returns the mark as a property, to be copied to the object; it is never sent. */
  as(value: T): object;
}

/** Creates a mark that an object carries under a symbol. */
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
