/**
 * ServiceApplication over HTTP: what the nightly job calls, and the operator's `POST /releases/<1|2>`.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import { context } from '@opentelemetry/api';
import { getRPCMetadata, RPCType } from '@opentelemetry/core';
import type { Store, UserTotal } from './store';

type Handler = (request: IncomingMessage) => Promise<unknown>;

/** Answers each route with JSON; an error in one is a 500 with its message. */
export function routes(store: Store): RequestListener {
  const handlers: Readonly<Record<string, Handler>> = {
    'GET /users/with-orders': () => store.userInfoQuery(),

    'POST /orders/summaries': async (request) => {
      const totals = await store.orderInfoQuery(await bodyOf<string[]>(request));
      await store.orderSummarySave(totals);
      return totals;
    },

    'PUT /users/totals': async (request) => {
      const totals = await bodyOf<UserTotal[]>(request);
      await store.userInfoSave(totals);
      return { saved: totals.length };
    },

    'POST /releases/1': () => store.apply(1),
    'POST /releases/2': () => store.apply(2),
  };

  return async (request, response) => {
    const answer = (statusCode: number, body: unknown) => {
      response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
    };
    const handler = handlers[`${request.method} ${request.url}`];
    if (handler === undefined) return answer(404, { error: 'no such route' });
    nameServerSpan(request.url ?? '');
    try {
      answer(200, await handler(request));
    } catch (error) {
      answer(500, { error: String(error) });
    }
  };
}

/** Tells the http instrumentation the route, as web frameworks do: the server span is named after it. */
function nameServerSpan(route: string): void {
  const metadata = getRPCMetadata(context.active());
  if (metadata?.type === RPCType.HTTP) metadata.route = route;
}

async function bodyOf<T>(request: IncomingMessage): Promise<T> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as T;
}
