/**
 * Limits of a span. OpenTelemetry's SDKs keep 128 attributes, events and links by default. Items beyond a
 * limit are dropped and counted, and strings are cut, so that one span cannot fill the store or the page.
 */
export const LIMITS = Object.freeze({
  /** Most attributes, events and links of a span, and most attributes of each event and link. */
  items: 128,
  /** Most attributes of a resource. */
  resourceItems: 256,
  /** Most characters of a name of a span, service, attribute or event. */
  nameLength: 512,
  /** Most characters of a value, enough for a stack trace. */
  textLength: 16 * 1024,
  /** Most characters of all values of a span or a resource. */
  totalLength: 128 * 1024,
  /** Most levels of nested lists and maps. */
  depth: 4,
  /** How far a sender's clock may be ahead, in milliseconds. */
  futureMs: 24 * 60 * 60 * 1000,
});
