/**
 * Program: the game's service if Go is not installed. Uses only Node, no SDK; the same routes, responses and log as
 * `service/main.go`.
 *
 * Prints its address as its first line, and ends when its standard input is closed.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Game, type Ranking, rank, rankInPairs } from './season';
import { type Traffic, trafficOf } from './traffic';

const MAX_ENTRIES = 10_000;

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly note?: string;
}

type Handler = (request: IncomingMessage, traffic: Traffic) => Answer | Promise<Answer>;

const game = new Game();
const entries: { readonly trace_id: string }[] = [];
const counts = { player: 0, scheduler: 0, gray: 0, loadtest: 0 };

const ROUTES: Readonly<Record<string, readonly [method: string, handle: Handler]>> = {
  '/matches': ['POST', playMatch],
  '/leaderboard': ['GET', () => ({ status: 200, body: game.top(10) })],
  '/seasons/close': ['POST', closing('by sorting', rank)],
  '/v2/seasons/close': ['POST', closing('in pairs', rankInPairs)],
};

async function playMatch(request: IncomingMessage): Promise<Answer> {
  try {
    const { player, points = 0 } = JSON.parse(await text(request)) as { player?: string; points?: number };
    if (player) return { status: 200, body: { points: game.play(player, points) } };
  } catch {
    // Refused below.
  }
  return { status: 400, body: 'expected {"player":"…","points":1}' };
}

function closing(how: string, ranking: Ranking): Handler {
  return async (request, { loadTest }) => {
    const closed = await game.close(String(request.headers['idempotency-key'] ?? ''), ranking, loadTest);
    const { season, players, paid } = closed;
    return {
      status: 200,
      body: closed,
      note: `season ${season}: ${players} players ranked ${how}, ${paid} coins paid`,
    };
  };
}

async function serve(request: IncomingMessage): Promise<Answer | string> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://game');
  if (pathname === '/traffic') return JSON.stringify(counts);
  if (pathname === '/log') {
    const lines = entries.filter(({ trace_id }) => trace_id === searchParams.get('trace'));
    return lines.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  }
  const [method, handle] = ROUTES[pathname] ?? [];
  if (handle === undefined) return { status: 404, body: 'no such route' };
  const startMs = performance.now();
  const traffic = trafficOf(request.headers);
  const isRight = request.method === method;
  const answer = isRight ? await handle(request, traffic) : { status: 405, body: `expected ${method}` };
  note(request.method ?? '', pathname, traffic, answer, performance.now() - startMs);
  return answer;
}

function note(method: string, path: string, traffic: Traffic, answer: Answer, tookMs: number): void {
  const { scheduled, lane, loadTest, traceId, spanId } = traffic;
  const from = scheduled ? 'scheduler' : 'player';
  counts[from]++;
  if (lane === 'gray') counts.gray++;
  if (loadTest) counts.loadtest++;
  entries.push({
    ...{ time: new Date().toISOString(), from },
    ...(lane !== '' && { lane }),
    ...(loadTest && { loadtest: true }),
    trace_id: traceId,
    ...(spanId !== '' && { span_id: spanId }),
    ...{ request: `${method} ${path}`, took_ms: Math.round(tookMs * 1000) / 1000, status: answer.status },
    ...(answer.note !== undefined && { note: answer.note }),
  });
  if (entries.length > MAX_ENTRIES) entries.shift();
}

const server = createServer(async (request, response) => {
  const answer = await serve(request);
  if (typeof answer === 'string') {
    response.end(answer);
    return;
  }
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(answer.body)}\n`);
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.stdin.resume().once('end', () => process.exit(0));
