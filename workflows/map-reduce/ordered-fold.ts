/**
 * Reduces results in the order of their positions, in whatever order they come. What waits for its turn is at
 * most the results of one branch's shards, or one of each branch.
 *
 * Pure.
 */
export class OrderedFold<T> {
  readonly #reduce: ((left: T, right: T) => T) | undefined;
  readonly #waiting = new Map<number, { readonly value: T } | undefined>();
  #next = 0;
  #result: { readonly value: T } | undefined;

  /** @param reduce without it nothing is kept */
  constructor(reduce: ((left: T, right: T) => T) | undefined) {
    this.#reduce = reduce;
  }

  /** The result of everything so far without a gap; `undefined` when there was nothing. */
  get result(): { readonly value: T } | undefined {
    return this.#result;
  }

  /** Each position, from 0, once; without a value it is passed over. */
  set(position: number, result?: { readonly value: T }): void {
    if (this.#reduce === undefined) return;
    this.#waiting.set(position, result);
    while (this.#waiting.has(this.#next)) {
      const turn = this.#waiting.get(this.#next);
      this.#waiting.delete(this.#next++);
      if (turn === undefined) continue;
      this.#result =
        this.#result === undefined ? turn : { value: this.#reduce(this.#result.value, turn.value) };
    }
  }
}
