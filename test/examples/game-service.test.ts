/** The game's service behaves the same in Go and in Node.js, which replaces it where Go is missing. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logOf, trafficCounts } from '../../examples/game/operator';
import { startGameService } from '../../examples/game/service-process';

const SCHEDULED = { 'x-traffic-origin': 'scheduler', 'idempotency-key': 'first' };
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PAID = 2_549;

for (const language of ['Go', 'Node'] as const) {
  describe(`the game's service in ${language}`, () => {
    it('plays, closes seasons once for each key, and distinguishes players from the scheduler', async (test) => {
      const { PATH } = process.env;
      if (language === 'Node') process.env.PATH = '';
      const service = await startGameService();
      process.env.PATH = PATH;
      try {
        if (service.language !== language) return test.skip(`there is no ${language} on this machine`);
        const ask = async (line: string, headers = {}, body?: string) => {
          const [method = '', path = ''] = line.split(' ');
          const response = await fetch(service.url + path, { method, headers, ...(body && { body }) });
          const text = await response.text();
          return [response.status, response.status === 404 ? '' : JSON.parse(text)];
        };
        const closing = (season: number, paid: number) => [
          200,
          { season, players: 80_000, winner: 'player-1040', paid },
        ];

        deepEqual(await ask('POST /matches', {}, '{"player":"player-1040","points":5}'), [
          200,
          { points: 10_011 },
        ]);
        deepEqual(await ask('POST /matches', {}, 'x'), [400, 'expected {"player":"…","points":1}']);
        deepEqual(await ask('GET /matches'), [405, 'expected POST']);
        deepEqual((await ask('GET /nothing'))[0], 404);
        deepEqual((await ask('GET /leaderboard'))[1].slice(0, 3), [
          'player-1040',
          'player-11047',
          'player-21054',
        ]);

        const loadtest = { ...SCHEDULED, 'x-traffic-loadtest': 'true' };
        deepEqual(
          await ask('POST /seasons/close', loadtest),
          closing(1, 0),
          'a load test leaves nothing behind',
        );
        deepEqual(await ask('POST /seasons/close', SCHEDULED), closing(1, PAID));
        deepEqual(
          await ask('POST /seasons/close', SCHEDULED),
          closing(1, PAID),
          'the same key: the same answer',
        );
        const gray = {
          'idempotency-key': 'second',
          baggage: 'traffic.origin=scheduler,traffic.lane=gray',
          traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
        };
        deepEqual(await ask('POST /v2/seasons/close', gray), closing(2, PAID), 'release 2 ranks them alike');

        deepEqual(await trafficCounts(service.url), { player: 4, scheduler: 4, gray: 1, loadtest: 1 });
        const [entry, ...more] = await logOf(service.url, TRACE);
        deepEqual(more, []);
        const { took_ms, note = '', ...rest } = { ...entry };
        equal(typeof took_ms, 'number');
        match(note, /^season 2: 80000 players ranked in pairs, 2549 coins paid$/);
        deepEqual(
          { ...rest, time: undefined },
          {
            time: undefined,
            from: 'scheduler',
            lane: 'gray',
            trace_id: TRACE,
            span_id: 'b7ad6b7169203331',
            request: 'POST /v2/seasons/close',
            status: 200,
          },
        );
      } finally {
        await service.stop();
      }
    });
  });
}
