/**
 * Groups similar siblings: more than five of one kind, service and name, ignoring digits and ids. Pure.
 */
import type { Item } from './item';
import { withoutIds } from './profile';

/** Fewest siblings that form a group. */
const MIN_GROUP = 6;

/** Similar siblings, shown as one row. */
export interface Group {
  readonly name: string;
  readonly members: readonly Item[];
}

/** An item, or a group of siblings in its place. */
export type Entry = Item | Group;

/** Whether the entry is a group. */
export function isGroup(entry: Entry): entry is Group {
  return 'members' in entry;
}

/**
 * Replaces similar siblings by groups, at the place of the first member.
 *
 * @param count number of all siblings, including those that were cut off
 */
export function groupSiblings(siblings: readonly Item[], count: number): readonly Entry[] {
  if (count < MIN_GROUP || siblings.length < 2) return siblings;
  const byKey = new Map<string, Item[]>();
  for (const item of siblings) {
    const key = `${item.kind}\u0000${item.service}\u0000${withoutIds(item.name)}`;
    const members = byKey.get(key);
    if (members) members.push(item);
    else byKey.set(key, [item]);
  }
  const entries: Entry[] = [];
  for (const [, members] of byKey) {
    const [first] = members;
    if (first && members.length >= MIN_GROUP) entries.push({ name: nameOf(members), members });
    else for (const member of members) entries.push(member);
  }
  return entries.sort((a, b) => startOf(a) - startOf(b));
}

/** Returns the members' common name, without numbers and ids if they differ. */
function nameOf(members: readonly Item[]): string {
  const name = members[0]?.name ?? '';
  return members.every((member) => member.name === name) ? name : withoutIds(name);
}

function startOf(entry: Entry): number {
  return isGroup(entry) ? (entry.members[0]?.startMs ?? 0) : entry.startMs;
}
