/**
 * Limits of a span. OpenTelemetry's SDKs keep 128 attributes, events and links by default. Items beyond a
 * limit are dropped and counted, and strings are cut, so that one span cannot fill the store or the page.
 */
export const LIMITS = Object.freeze({
  /** Maximum number of attributes, events and links of a span, and of attributes of each event and link. */
  items: 128,
  /** Maximum number of attributes of a resource. */
  resourceItems: 256,
  /** Maximum length of the name of a span, service, attribute or event, in characters. */
  nameLength: 512,
  /** Maximum length of a value, in characters; enough for a stack trace. */
  textLength: 16 * 1024,
  /** Maximum length of all values of a span or a resource together, in characters. */
  totalLength: 128 * 1024,
  /** Maximum depth of nested lists and maps. */
  depth: 4,
  /** How far a sender's clock may be ahead, in milliseconds. */
  futureMs: 24 * 60 * 60 * 1000,
});
