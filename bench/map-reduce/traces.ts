/** Counts the spans of each trace that a collector received. Requests are decoded later, not during measurements. */
import { decodeTraceRequest } from '../../testing/otlp-protobuf';
import { spansOf } from '../../testing/otlp-span';

/** The sizes of the received traces. */
export class TraceSizes {
  readonly #requests: Buffer[] = [];

  /** @param request the body of an OTLP request, protobuf */
  add(request: Buffer): void {
    this.#requests.push(request);
  }

  /** Returns the number of spans of each trace since the previous call. */
  take(): number[] {
    const sizes = new Map<string, number>();
    for (const request of this.#requests.splice(0))
      for (const { traceId } of spansOf(decodeTraceRequest(request)))
        sizes.set(traceId, (sizes.get(traceId) ?? 0) + 1);
    return [...sizes.values()];
  }
}
