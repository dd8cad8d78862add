/**
 * Sessions of users who have entered the token. They are kept in memory, so they end with the console.
 */
import { randomBytes } from 'node:crypto';
import { BoundedMap } from '../../../core/util/bounded-map';

const MAX_SESSIONS = 1_000;
const MAX_AGE_MS = 30 * 24 * 3_600_000;

/** Sessions by id. The oldest of more than 1,000 ends, and each ends after 30 days. */
export class Sessions {
  /** Name of the session cookie. It contains the port, since all ports of a host share cookies. */
  readonly cookieName: string;
  readonly #begunMs = new BoundedMap<string, number>(MAX_SESSIONS);

  constructor(port: number) {
    this.cookieName = `job-tracing-${port}`;
  }

  /** Creates a session and returns its id. */
  begin(): string {
    const id = randomBytes(32).toString('base64url');
    this.#begunMs.set(id, Date.now());
    return id;
  }

  has(id: string | undefined): boolean {
    const begunMs = this.#begunMs.get(id ?? '');
    return begunMs !== undefined && Date.now() - begunMs < MAX_AGE_MS;
  }

  end(id: string | undefined): void {
    this.#begunMs.delete(id ?? '');
  }
}
