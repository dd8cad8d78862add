/**
 * Maps and sets of a bounded size: what a process remembers of each run or job must not grow with their number.
 *
 * Pure.
 */

/** A map with at most `max` keys: setting another key drops the one that was set longest ago. */
export class BoundedMap<K, V> extends Map<K, V> {
  readonly #max: number;
  /**
   * Iterator over the keys, the oldest first; kept while every `set` drops a key. A new iterator steps over the places
   * of all dropped keys (7 µs instead of 0.6 µs at 10,000 keys), and an idle one keeps them in memory.
   */
  #oldestFirst: Iterator<K> | undefined;

  constructor(max: number) {
    super();
    this.#max = max;
  }

  /** Sets the value of a key, which becomes the newest one. */
  override set(key: K, value: V): this {
    if (!this.delete(key) && this.size >= this.#max) this.#dropOldest();
    else this.#oldestFirst = undefined;
    return super.set(key, value);
  }

  #dropOldest(): void {
    this.#oldestFirst ??= this.keys();
    const oldest = this.#oldestFirst.next();
    if (!oldest.done) this.delete(oldest.value);
  }
}

/** A set with at most `max` values: adding another value drops the one that was added longest ago. */
export class BoundedSet<T> {
  readonly #values: BoundedMap<T, true>;

  constructor(max: number) {
    this.#values = new BoundedMap(max);
  }

  has(value: T): boolean {
    return this.#values.has(value);
  }

  /** Adds the value, which becomes the newest one. */
  add(value: T): void {
    this.#values.set(value, true);
  }

  delete(value: T): boolean {
    return this.#values.delete(value);
  }
}
