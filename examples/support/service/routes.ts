/**
 * An example service's HTTP side: JSON over named routes.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import { context } from '@opentelemetry/api';
import { getRPCMetadata, RPCType } from '@opentelemetry/core';

/** Handles a request and returns the body of the response; `query` is the query of the request's URL. */
export type Handler = (request: IncomingMessage, query: URLSearchParams) => Promise<unknown>;

/** Thrown by a handler for a request that would fail again: status 422 with the message. */
export class RefusedError extends Error {}

/**
 * Returns a listener that serves each route, such as `GET /users`, with JSON. Any other error of a handler is status
 * 500 with its message.
 */
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

/** Sets the route for the HTTP instrumentation, as web frameworks do: the server span is named after it. */
function nameServerSpan(route: string): void {
  const metadata = getRPCMetadata(context.active());
  if (metadata?.type === RPCType.HTTP) metadata.route = route;
}

/** Returns the JSON body of a request. */
export async function bodyOf<T>(request: IncomingMessage): Promise<T> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as T;
}
