/**
 * Senders of spans: each has one request under way, as an exporter has.
 */
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Body, SPANS_PER_REQUEST, traceBody } from './bodies';

export interface Load {
  /** Spans a second, over all senders; `undefined`: as fast as they are taken. */
  readonly spansPerSecond?: number;
  readonly seconds: number;
  readonly senders: number;
}

export interface Answered {
  readonly spans: number;
  readonly seconds: number;
  /** Milliseconds from the moment at which each request was to be sent. */
  readonly answerMs: readonly number[];
  /** Requests that were answered with 503. */
  readonly refused: number;
  /** Ids of one trace of each request that was taken. */
  readonly traceIds: readonly string[];
}

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

/** The status of the answer. */
export function post(agent: Agent, url: string, body: Body): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.bytes.length };
    const sent = request(`${url}/v1/traces`, { agent, method: 'POST', headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', (error: NodeJS.ErrnoException) => {
      // An idle connection was closed just as it was used again: senders try once more.
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(post(agent, url, body));
      else reject(error);
    });
    sent.end(body.bytes);
  });
}
