/**
 * Leaves out members without a value: headers and spans have no `undefined` members. Pure.
 */

type OptionalNames<T> = { [Name in keyof T]: undefined extends T[Name] ? Name : never }[keyof T];

/** `T` with the members that may be `undefined` as members that may be missing. */
type Defined<T> = Omit<T, OptionalNames<T>> & { [Name in OptionalNames<T>]?: Exclude<T[Name], undefined> };

/** Returns the members that are not `undefined`, in their order. */
export function defined<T extends object>(members: T): Defined<T> {
  const result: Partial<T> = {};
  for (const name in members) if (members[name] !== undefined) result[name] = members[name];
  return result as unknown as Defined<T>;
}
