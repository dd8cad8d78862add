/**
 * Figures of the whole console: its start, its memory at rest, and its largest pages in a browser.
 */
import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { browserMissing, openBrowser } from '../../testing/browser';
import { startTemporalServer } from '../../testing/temporal-server';
import { counted, type Figure, figure, type PartOptions } from '../core/figure';
import { roundsOf } from '../core/rounds';
import { estimate, median, quantile } from '../core/statistics';
import { SPANS_PER_REQUEST, traceBody } from './bodies';
import { BURST } from './intake';
import { post, send } from './load';
import { WholeConsole } from './whole-console';

const STARTS = 5;
const PAINTS = 7;
const REST_MS = 10_000;
const READ_PAUSE_MS = 100;
const MIB = 1024 ** 2;
const KIB = 1024;
const ROWS = [2_000, 10_000] as const;
const VIEWPORT = { width: 1_280, height: 900 };
/** Pixels that are scrolled in one frame: fast for a person. */
const SCROLLED_PX = 600;
const SCROLL_MS = 5_000;

/** Measures the whole console. */
export async function pageFigures(options: PartOptions): Promise<Figure[]> {
  const server = await startTemporalServer({ log: () => {} });
  try {
    const starts = await startFigures(server.address, options);
    const whole = await WholeConsole.start(server.address);
    try {
      const rest = await restFigure(whole);
      const pages = await browserFigures(whole, options);
      return [...starts, rest, ...pages, await burstFigure(whole)];
    } finally {
      await whole.stop();
    }
  } finally {
    await server.stop();
  }
}

async function startFigures(temporal: string, options: PartOptions): Promise<Figure[]> {
  console.error('console: starts …');
  const startMs: number[] = [];
  for (let round = 0; round < Math.max(2, roundsOf(STARTS, options)); round++) {
    const started = await WholeConsole.start(temporal);
    startMs.push(started.startMs);
    await started.stop();
  }
  return [
    figure('whole console: from its start to an answer', 'ms', estimate(startMs, median), { atMost: 1_500 }),
  ];
}

async function restFigure(started: WholeConsole): Promise<Figure> {
  await sleep(REST_MS);
  return counted('whole console: at rest, resident', 'MiB', started.residentBytes / MIB, { atMost: 160 });
}

/** Measures how long a page of a trace takes while many spans arrive. */
async function burstFigure({ url }: WholeConsole): Promise<Figure> {
  console.error(`console: pages during ${BURST.spansPerSecond} spans a second …`);
  const traceId = await writeTrace(url, SPANS_PER_REQUEST);
  const readMs: number[] = [];
  let isOver = false;
  const reading = (async () => {
    while (!isOver) {
      const begun = performance.now();
      const page = (await (await fetch(`${url}/api/traces/${traceId}`)).json()) as {
        timeline: { spanCount: number };
      };
      if (page.timeline.spanCount !== SPANS_PER_REQUEST)
        throw new Error(`the page shows ${page.timeline.spanCount} of ${SPANS_PER_REQUEST} spans`);
      readMs.push(performance.now() - begun);
      await sleep(READ_PAUSE_MS);
    }
  })();
  await send(url, BURST);
  isOver = true;
  await reading;
  const name = `${BURST.spansPerSecond.toLocaleString('en')} spans/s for ${BURST.seconds} s`;
  return counted(`${name}: longest page of a trace`, 'ms', Math.max(...readMs), { atMost: 600 });
}

async function browserFigures(started: WholeConsole, options: PartOptions): Promise<Figure[]> {
  const missing = browserMissing();
  if (missing !== undefined) throw new Error(`The pages cannot be measured: ${missing}.`);
  const browser = await openBrowser();
  try {
    const figures = [
      await sizeFigure(started),
      await paintFigure(browser, `${started.url}/`, 'jobs', options),
    ];
    for (const rows of ROWS) {
      const path = `/traces/${await writeTrace(started.url, rows)}?groups=off`;
      const name = `${rows.toLocaleString('en')} rows`;
      figures.push(
        await paintFigure(browser, started.url + path, name, options),
        ...(await scrollFigures(browser, started.url + path, rows)),
      );
    }
    return figures;
  } finally {
    await browser.close();
  }
}

/** Measures what a browser downloads that has not cached any page of the console. */
async function sizeFigure({ url }: WholeConsole): Promise<Figure> {
  let bytes = 0;
  for (const path of ['/', '/assets/page.js', '/assets/page.css', '/assets/icon.svg']) {
    const response = await fetch(url + path, { headers: { 'accept-encoding': 'gzip' } });
    await response.arrayBuffer();
    if (response.headers.get('content-encoding') !== 'gzip') throw new Error(`${path} was not compressed`);
    bytes += Number(response.headers.get('content-length'));
  }
  return counted('page: document, script, style and icon, compressed', 'KiB', bytes / KIB, { atMost: 40 });
}

async function paintFigure(
  browser: Browser,
  url: string,
  name: string,
  options: PartOptions,
): Promise<Figure> {
  console.error(`console: paints of ${name} …`);
  const paintMs: number[] = [];
  for (let round = 0; round < Math.max(2, roundsOf(PAINTS, options)); round++) {
    const page = await browser.newPage({ viewport: VIEWPORT });
    await page.goto(url);
    paintMs.push(Number(await page.evaluate(FIRST_PAINT)));
    await page.close();
  }
  return figure(`page of ${name}: first paint`, 'ms', estimate(paintMs, median), { atMost: 1_000 });
}

async function scrollFigures(browser: Browser, url: string, rows: number): Promise<Figure[]> {
  const name = `${rows.toLocaleString('en')} rows`;
  console.error(`console: scrolls through ${name} …`);
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.goto(url);
  await page.locator('[data-row]').first().waitFor();
  const shownMs = Number(await page.evaluate('performance.now()'));
  const frames = await scrolled(page, rows);
  await page.close();
  return [
    counted(`page of ${name}: from the first byte to its rows`, 'ms', shownMs),
    counted(`page of ${name}: frame while it scrolls, p99`, 'ms', quantile(frames, 0.99)),
    counted(`page of ${name}: longest frame while it scrolls`, 'ms', Math.max(...frames), { atMost: 50 }),
  ];
}

/** Returns the duration of each frame while the page scrolls down and up again, in milliseconds. */
async function scrolled(page: Page, rows: number): Promise<readonly number[]> {
  const count = Number(await page.evaluate("document.querySelector('.wf-grid').ariaRowCount"));
  if (count < rows) throw new Error(`the page has ${count} rows, not ${rows}`);
  const inView = Number(await page.evaluate("document.querySelectorAll('[data-row]').length"));
  if (inView > 200) throw new Error(`${inView} rows are in the document`);
  return (await page.evaluate(`(${SCROLL})(${SCROLLED_PX}, ${SCROLL_MS})`)) as number[];
}

/** Script that waits for the first contentful paint, and returns its time in milliseconds. */
const FIRST_PAINT = `new Promise((resolve) => new PerformanceObserver((list) => {
  for (const { name, startTime } of list.getEntries()) if (name === 'first-contentful-paint') resolve(startTime);
}).observe({ type: 'paint', buffered: true }))`;

/** Script that scrolls for a time, and returns the duration of each frame in milliseconds. */
const SCROLL = `(by, forMs) => new Promise((resolve) => {
  const frames = [];
  const begun = performance.now();
  let last = begun;
  let step = by;
  const next = () => {
    const now = performance.now();
    frames.push(now - last);
    last = now;
    if (now - begun > forMs) return resolve(frames);
    if (scrollY + innerHeight >= document.documentElement.scrollHeight) step = -by;
    if (scrollY === 0) step = by;
    scrollBy({ top: step, behavior: 'instant' });
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
})`;

/** Stores a trace with this number of spans; returns its trace ID. */
async function writeTrace(url: string, spans: number): Promise<string> {
  const agent = new Agent({ keepAlive: true });
  const traceId = randomBytes(16).toString('hex');
  for (let left = spans; left > 0; left -= SPANS_PER_REQUEST) {
    const body = traceBody({ spans: Math.min(left, SPANS_PER_REQUEST), traceId });
    const status = await post(agent, url, body);
    if (status !== 200) throw new Error(`a trace request was answered with ${status}`);
  }
  agent.destroy();
  return traceId;
}
