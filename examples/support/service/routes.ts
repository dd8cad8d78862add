/**
 * An example service's HTTP side: JSON over named routes.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import { context } from '@opentelemetry/api';
import { getRPCMetadata, RPCType } from '@opentelemetry/core';

/** Answers a request; `query` is that of its address. */
export type Handler = (request: IncomingMessage, query: URLSearchParams) => Promise<unknown>;

/** What was asked for cannot be done, and asking again does not help: 422 with the text. */
export class RefusedError extends Error {}

/** Answers each route, such as `GET /users`, with JSON; an error in one is a 500 with its message. */
export function routes(handlers: Readonly<Record<string, Handler>>): RequestListener {
  return async (request, response) => {
    const answer = (statusCode: number, body: unknown) => {
      response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
    };
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://service');
    const handler = handlers[`${request.method} ${pathname}`];
    if (handler === undefined) return answer(404, { error: 'no such route' });
    nameServerSpan(pathname);
    try {
      answer(200, await handler(request, searchParams));
    } catch (error) {
      if (error instanceof RefusedError) answer(422, { error: error.message });
      else answer(500, { error: String(error) });
    }
  };
}

/** Tells the http instrumentation the route, as web frameworks do: the server span is named after it. */
function nameServerSpan(route: string): void {
  const metadata = getRPCMetadata(context.active());
  if (metadata?.type === RPCType.HTTP) metadata.route = route;
}

export async function bodyOf<T>(request: IncomingMessage): Promise<T> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as T;
}
