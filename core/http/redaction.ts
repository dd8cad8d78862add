/**
 * Removes secrets from texts that leave the activity: answers that echo a request, error messages, URLs.
 *
 * Pure. Finds a secret in each encoding that a service may use: that of JSON, URLs or HTML, which may differ from
 * character to character, or Base64, alone or within a longer text.
 */

/** Removes secrets from texts. */
export interface Redactor {
  /** Returns the text with `[secret <name>]` in the place of each secret. Never throws. */
  redact(text: string): string;
  /** Bytes of the longest encoding of a secret: as many beyond a cut must be read to find a secret that crosses it. */
  readonly longestBytes: number;
}

/** Bytes of the longest encoding of a character, such as `&#x7E;` or `\u007e`. */
const LONGEST_FORM = 6;
const HTML: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/** Creates a redactor. @param secrets values by name, of printable ASCII */
export function createRedactor(secrets: ReadonlyMap<string, string>): Redactor {
  const patterns = [...secrets]
    // A secret that contains another one goes first.
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([name, value]) => ({ shown: `[secret ${name}]`, pattern: patternOf(value) }));
  return Object.freeze({
    redact: (text: string) =>
      patterns.reduce((redacted, { shown, pattern }) => redacted.replace(pattern, () => shown), text),
    longestBytes: LONGEST_FORM * Math.max(0, ...[...secrets.values()].map(({ length }) => length)),
  });
}

function patternOf(secret: string): RegExp {
  const written = [...secret].map(anyFormOf).join('');
  return new RegExp([written, ...base64FormsOf(secret).map(literal)].join('|'), 'g');
}

function anyFormOf(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code
    .toString(16)
    .padStart(2, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  const html = HTML[character];
  const forms = [
    literal(character),
    `%${hex}`,
    `\\\\u00${hex}`,
    `&#0?${code};`,
    `&#[xX]${hex};`,
    ...(html === undefined ? [] : [`&${html};`]),
    ...('"\\/'.includes(character) ? [`\\\\${literal(character)}`] : []),
    ...(character === ' ' ? [literal('+')] : []),
  ];
  return `(?:${forms.join('|')})`;
}

/**
 * Returns the digits that every text which contains the secret has in Base64: they depend on the position in a
 * group of three bytes at which the secret begins.
 */
function base64FormsOf(secret: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.from('\0'.repeat(offset) + secret);
    // A digit holds six bits: one that is shared with a neighbouring byte depends on more than the secret.
    const [from, to] = [Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6)];
    return [bytes.toString('base64').slice(from, to), bytes.toString('base64url').slice(from, to)];
  });
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
