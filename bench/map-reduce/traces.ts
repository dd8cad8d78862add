/** How many spans each trace has, of what a collector got. Requests are decoded when one asks, not while one measures. */
import { decodeTraceRequest } from '../../testing/otlp-protobuf';
import { spansOf } from '../../testing/otlp-span';

export class TraceSizes {
  readonly #requests: Buffer[] = [];

  /** @param request the body of an OTLP request, protobuf */
  add(request: Buffer): void {
    this.#requests.push(request);
  }

  /** Spans of each trace that came since this was asked before. */
  take(): number[] {
    const sizes = new Map<string, number>();
    for (const request of this.#requests.splice(0))
      for (const { traceId } of spansOf(decodeTraceRequest(request)))
        sizes.set(traceId, (sizes.get(traceId) ?? 0) + 1);
    return [...sizes.values()];
  }
}
