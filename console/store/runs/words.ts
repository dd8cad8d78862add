/**
 * Texts that repeat in many rows, each stored once: names of workflow types, states, triggers.
 */
import type { SqlDatabase, SqlStatement } from '../sql/port';

/** Interned texts; beyond this many in memory the database is asked. */
const MAX_CACHED = 10_000;

export class Words {
  private readonly ids = new Map<string, number>();
  private readonly texts = new Map<number, string>();
  private readonly insert: SqlStatement;
  private readonly byText: SqlStatement;
  private readonly byId: SqlStatement;

  constructor(database: SqlDatabase) {
    this.insert = database.prepare('INSERT OR IGNORE INTO word (text) VALUES (?)');
    this.byText = database.prepare('SELECT id FROM word WHERE text = ?');
    this.byId = database.prepare('SELECT text FROM word WHERE id = ?');
  }

  /** The number of a text, which is stored if it is new. */
  idOf(text: string): number {
    const found = this.find(text);
    if (found !== undefined) return found;
    this.insert.run(text);
    return this.find(text) as number;
  }

  /** The number of a text, or `undefined` if no row has it. */
  find(text: string): number | undefined {
    const cached = this.ids.get(text);
    if (cached !== undefined) return cached;
    const id = this.byText.get<{ id: number }>(text)?.id;
    if (id !== undefined) this.cache(id, text);
    return id;
  }

  textOf(id: number): string {
    const cached = this.texts.get(id);
    if (cached !== undefined) return cached;
    const text = this.byId.get<{ text: string }>(id)?.text ?? '';
    this.cache(id, text);
    return text;
  }

  /** Forgets what it has in memory: after a transaction that was rolled back, a text may have no number. */
  reset(): void {
    this.ids.clear();
    this.texts.clear();
  }

  private cache(id: number, text: string): void {
    if (this.ids.size >= MAX_CACHED) this.reset();
    this.ids.set(text, id);
    this.texts.set(id, text);
  }
}
