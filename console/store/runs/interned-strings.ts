/**
 * Interned strings that repeat in many rows, such as workflow types, states and triggers.
 */
import type { SqlDatabase, SqlStatement } from '../sql/port';

/** Maximum number of strings in memory; others are read from the database. */
const MAX_CACHED = 10_000;

/** Ids of strings, in the table `word`; the last ones are cached. */
export class InternedStrings {
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

  /** Returns the id of a string, which is stored if it is new. */
  idOf(text: string): number {
    const found = this.find(text);
    if (found !== undefined) return found;
    this.insert.run(text);
    return this.find(text) as number;
  }

  /** Returns the id of a string; `undefined` if it is not stored. */
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

  /** Clears the cache: after a rolled-back transaction, a cached id may not be stored. */
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
