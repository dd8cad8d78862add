/** The players and the current season, in memory; the same as `service/season.go`. */
import { setImmediate } from 'node:timers/promises';

const REGISTERED = 80_000;
const PRIZES = 100;
const PRIZE_AMOUNT = 500;
/** Players that are ranked in pairs before other requests get their turn. */
const PLAYERS_A_TURN = 500;

/** The result of closing a season. */
export interface Closing {
  readonly season: number;
  readonly players: number;
  readonly winner: string;
  readonly paid: number;
}

type Points = ReadonlyMap<string, number>;
/** Returns the players, the best first. */
export type Ranking = (points: Points) => string[] | Promise<string[]>;

/** The players and the current season. */
export class Game {
  readonly #points = new Map<string, number>();
  readonly #coins = new Map<string, number>();
  /** Results by idempotency key, so that a repeated request does not close a second season. */
  readonly #closed = new Map<string, Closing>();
  #season = 1;

  constructor() {
    for (let i = 0; i < REGISTERED; i++) this.#points.set(`player-${i}`, (i * 7919) % 10_007);
  }

  /** Adds the points of a match; returns the player's sum. */
  play(player: string, points: number): number {
    const sum = (this.#points.get(player) ?? 0) + points;
    this.#points.set(player, sum);
    return sum;
  }

  top(count: number): string[] {
    return rank(this.#points).slice(0, count);
  }

  /** Ranks the players, pays the prizes and begins the next season; a load test only ranks, and changes nothing. */
  async close(key: string, ranking: Ranking, isLoadTest: boolean): Promise<Closing> {
    const before = this.#closed.get(key);
    if (before !== undefined && key !== '') return before;
    const season = this.#season;
    const ranked = await ranking(new Map(this.#points));
    const closing = { season, players: ranked.length, winner: ranked[0] ?? '', paid: 0 };
    if (isLoadTest) return closing;
    for (const [place, player] of ranked.slice(0, PRIZES).entries()) {
      const amount = Math.floor(PRIZE_AMOUNT / (place + 1));
      this.#coins.set(player, (this.#coins.get(player) ?? 0) + amount);
      closing.paid += amount;
    }
    this.#season++;
    this.#closed.set(key, closing);
    return closing;
  }
}

/** Ranks by points, and players with the same points by name. */
export function rank(points: Points): string[] {
  return [...points].sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1)).map(([player]) => player);
}

/**
 * Ranks as in release 2: "no need to sort, each player's place is the number of better ones". Other requests are served
 * in between.
 */
export async function rankInPairs(points: Points): Promise<string[]> {
  const ranked = rank(points);
  const scores = Int32Array.from(ranked, (player) => points.get(player) ?? 0);
  const result: string[] = [];
  for (const [i, player] of ranked.entries()) {
    if (i % PLAYERS_A_TURN === 0) await setImmediate();
    result[placeOf(i, scores)] = player;
  }
  return result;
}

function placeOf(index: number, scores: Int32Array): number {
  const own = scores[index] ?? 0;
  let place = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? 0;
    if (score > own || (score === own && i < index)) place++;
  }
  return place;
}
