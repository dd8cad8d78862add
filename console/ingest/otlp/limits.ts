/**
 * How much of a span is taken. OpenTelemetry's SDKs keep 128 attributes, events and links unless told otherwise; what is
 * beyond is dropped and counted, and texts are cut, so that one span cannot fill the store or the page.
 */
export const LIMITS = Object.freeze({
  /** Each of attributes, events and links, and the attributes of each event and link. */
  items: 128,
  /** Attributes of a resource. */
  resourceItems: 256,
  /** Characters of names: of spans, services, attributes, events. */
  nameLength: 512,
  /** Characters of a value. A stack trace fits. */
  textLength: 16 * 1024,
  /** Characters of all values of a span, or of a resource. */
  totalLength: 128 * 1024,
  /** Lists and maps in each other. */
  depth: 4,
  /** A sender's clock may be ahead so far. */
  futureMs: 24 * 60 * 60 * 1000,
});
