/**
 * Takes secrets out of texts that leave the activity: answers that echo a request, messages of errors, URLs.
 *
 * Pure. A secret is found however a service has written it: in JSON, in a URL, in HTML, each character in its own
 * way, or in Base64, alone or within a longer text.
 */

export interface Redactor {
  /** The text with `[secret <name>]` in the place of each secret. Never throws. */
  redact(text: string): string;
  /** Bytes of the longest form of a secret: so much more of a cut text must be read to know what it ends with. */
  readonly longestBytes: number;
}

/** Of a character, as `&#x7E;` or `\u007e`. */
const LONGEST_FORM = 6;
const HTML: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/** @param secrets by name; of printable ASCII */
export function createRedactor(secrets: ReadonlyMap<string, string>): Redactor {
  const patterns = [...secrets]
    // What contains another secret goes first.
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

/** The digits that any text with the secret in it has in Base64: three, by where in a group of bytes it begins. */
function base64FormsOf(secret: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.from('\0'.repeat(offset) + secret);
    // A digit holds six bits: those that a neighbour shares are not the secret's alone.
    const [from, to] = [Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6)];
    return [bytes.toString('base64').slice(from, to), bytes.toString('base64url').slice(from, to)];
  });
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
