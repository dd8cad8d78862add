/**
 * Senders of spans, each with one request at a time, as an exporter.
 */
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Body, SPANS_PER_REQUEST, traceBody } from './bodies';

/** A load of spans. */
export interface Load {
  /** Spans a second, over all senders. @default as many as are accepted */
  readonly spansPerSecond?: number;
  readonly seconds: number;
  readonly senders: number;
}

/** The result of a load. */
export interface Answered {
  /** Number of the accepted spans. */
  readonly spans: number;
  readonly seconds: number;
  /** Milliseconds from the time at which each accepted request was due to its response. */
  readonly answerMs: readonly number[];
  /** Requests with the response 503. */
  readonly refused: number;
  /** One trace ID of each accepted request. */
  readonly traceIds: readonly string[];
}

/** Sends the load. */
export async function send(url: string, load: Load): Promise<Answered> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.senders });
  const answerMs: number[] = [];
  const traceIds: string[] = [];
  let refused = 0;
  let next = 0;
  const begun = performance.now();
  const until = begun + load.seconds * 1000;
  const pauseMs = load.spansPerSecond === undefined ? 0 : (SPANS_PER_REQUEST / load.spansPerSecond) * 1000;

  async function sender(): Promise<void> {
    for (;;) {
      const due = pauseMs === 0 ? performance.now() : begun + next++ * pauseMs;
      if (due >= until) return;
      const body = traceBody();
      await sleep(Math.max(0, due - performance.now()));
      const status = await post(agent, url, body);
      if (status === 200) {
        answerMs.push(performance.now() - due);
        traceIds.push(body.traceId);
      } else if (status === 503) refused++;
      else throw new Error(`a trace request was answered with ${status}`);
    }
  }

  await Promise.all(Array.from({ length: load.senders }, sender));
  agent.destroy();
  const seconds = (performance.now() - begun) / 1000;
  return { spans: traceIds.length * SPANS_PER_REQUEST, seconds, answerMs, refused, traceIds };
}

/** Sends a request and returns the status of the response. */
export function post(agent: Agent, url: string, body: Body): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.bytes.length };
    const sent = request(`${url}/v1/traces`, { agent, method: 'POST', headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', (error: NodeJS.ErrnoException) => {
      // An idle connection was closed just as it was reused: the request is sent again.
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(post(agent, url, body));
      else reject(error);
    });
    sent.end(body.bytes);
  });
}
