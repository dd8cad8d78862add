/**
 * Takes secrets out of texts that leave the activity: answers that echo a request, messages of errors, URLs.
 *
 * Pure. A secret is looked for as it is and as services write it: in JSON, in a URL, in Base64.
 */

export interface Redactor {
  /** The text with `[secret <name>]` in the place of each secret. Never throws. */
  redact(text: string): string;
  /** Bytes of the longest form of a secret: so much more of a cut text must be read to know what it ends with. */
  readonly longestBytes: number;
}

/** @param secrets by name */
export function createRedactor(secrets: ReadonlyMap<string, string>): Redactor {
  const forms = [...secrets]
    .flatMap(([name, value]) => formsOf(value).map((form) => ({ form, shown: `[secret ${name}]` })))
    // What contains another form goes first.
    .sort((a, b) => b.form.length - a.form.length);
  return Object.freeze({
    redact: (text: string) =>
      forms.reduce((redacted, { form, shown }) => redacted.replaceAll(form, shown), text),
    longestBytes: Math.max(0, ...forms.map(({ form }) => Buffer.byteLength(form))),
  });
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.replace(/\p{Surrogate}/gu, '\ufffd')),
    new URLSearchParams({ '': secret }).toString().slice(1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ];
  return [...new Set(forms)].filter((form) => form !== '');
}
