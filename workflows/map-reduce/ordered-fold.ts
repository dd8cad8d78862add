/**
 * Reduces results in the order of their positions, in whatever order they arrive. Results that arrive early wait: at
 * most those of one branch's shards, or one result of each branch.
 *
 * Pure.
 */
export class OrderedFold<T> {
  readonly #reduce: ((left: T, right: T) => T) | undefined;
  readonly #waiting = new Map<number, { readonly value: T } | undefined>();
  #next = 0;
  #result: { readonly value: T } | undefined;

  /** @param reduce combines two neighbouring results; if left out, all results are discarded */
  constructor(reduce: ((left: T, right: T) => T) | undefined) {
    this.#reduce = reduce;
  }

  /** Reduced result of the positions so far up to the first gap; `undefined` if none of them has a result. */
  get result(): { readonly value: T } | undefined {
    return this.#result;
  }

  /** Sets the result of a position, counted from 0; `undefined` if it has none. Called once for each position. */
  set(position: number, result: { readonly value: T } | undefined): void {
    if (this.#reduce === undefined) return;
    this.#waiting.set(position, result);
    while (this.#waiting.has(this.#next)) {
      const following = this.#waiting.get(this.#next);
      this.#waiting.delete(this.#next++);
      if (following === undefined) continue;
      this.#result =
        this.#result === undefined ? following : { value: this.#reduce(this.#result.value, following.value) };
    }
  }
}
