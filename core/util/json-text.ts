/**
 * Parses JSON that a person wrote. Unlike `JSON.parse` it rejects a key that an object has twice, of which only
 * the last would count, accepts a byte order mark, and quotes no content in errors, since a configuration may
 * contain secrets.
 *
 * Pure.
 */

/** Thrown for text that is not JSON; the message has the line, the column and the expectation. */
export class JsonTextError extends SyntaxError {
  override readonly name = 'JsonTextError';
}

const WHITE_SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\]|\\(?:["\\/]|[bf]|[nrt]|u[0-9a-fA-F]{4}))*"/y;
const OTHER_VALUE = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;

/**
 * Returns the value.
 *
 * @throws {JsonTextError} if the text is not JSON, or an object in it has a key twice
 */
export function parseJsonText(text: string): unknown {
  const json = text.replace(/^\ufeff/, '');
  new JsonChecker(json).check();
  return JSON.parse(json);
}

/** Reads the text once, without building values. */
class JsonChecker {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  check(): void {
    this.#value();
    if (this.#position < this.#text.length) throw this.#error('the end of the file');
  }

  #value(): void {
    this.#skip(WHITE_SPACE);
    if (this.#take('{')) this.#object();
    else if (this.#take('[')) this.#members(']', () => this.#value());
    else if (this.#string() === '' && this.#skip(OTHER_VALUE) === '') throw this.#error('a value');
    this.#skip(WHITE_SPACE);
  }

  #object(): void {
    const keys = new Set<string>();
    this.#members('}', () => {
      this.#skip(WHITE_SPACE);
      const start = this.#position;
      const written = this.#string();
      if (written === '') throw this.#error('a key in double quotes');
      const key = JSON.parse(written) as string;
      if (keys.has(key)) {
        this.#position = start;
        throw this.#error('each key once', `${written} a second time`);
      }
      keys.add(key);
      this.#skip(WHITE_SPACE);
      if (!this.#take(':')) throw this.#error('":"');
      this.#value();
    });
  }

  /** Reads the members up to the closing bracket. */
  #members(end: string, member: () => void): void {
    this.#skip(WHITE_SPACE);
    if (this.#take(end)) return;
    do member();
    while (this.#take(','));
    if (!this.#take(end)) throw this.#error(`"," or "${end}"`);
  }

  /** Moves past a string, and returns it as written; `''` if there is none. */
  #string(): string {
    const start = this.#position;
    const written = this.#skip(STRING);
    if (!Array.from(written).some((character) => character < ' ')) return written;
    this.#position = start;
    throw this.#error('a string on one line, with control characters escaped', 'another');
  }

  #take(character: string): boolean {
    if (this.#text[this.#position] !== character) return false;
    this.#position++;
    return true;
  }

  /** Moves past a match at the current position, and returns it; `''` if there is none. */
  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#position;
    const [found = ''] = pattern.exec(this.#text) ?? [];
    this.#position += found.length;
    return found;
  }

  #error(expected: string, got = this.#next()): JsonTextError {
    const before = this.#text.slice(0, this.#position).split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    return new JsonTextError(`line ${before.length}, column ${column}: expected ${expected}, got ${got}`);
  }

  /** Describes the next character: no more, since it may be part of a secret. */
  #next(): string {
    const rest = this.#text.slice(this.#position);
    if (rest === '') return 'the end of the file';
    if (/^\/[/*]/.test(rest)) return 'a comment, which JSON does not have';
    return JSON.stringify(String.fromCodePoint(rest.codePointAt(0) ?? 0));
  }
}
