/** Maps that forget: what is remembered for every run or job must not grow with their number. */

/** Sets the key as the newest one; beyond `max` keys the oldest is forgotten. */
export function setBounded<K, V>(map: Map<K, V>, key: K, value: V, max: number): void {
  if (!map.delete(key) && map.size >= max) {
    for (const oldest of map.keys()) {
      map.delete(oldest);
      break;
    }
  }
  map.set(key, value);
}
