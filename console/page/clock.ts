/**
 * The server's clock, and readable times.
 */
import { signal } from '@preact/signals';
import { durationText } from '../timeline/durations';

let aheadMs = 0;

/** Milliseconds since 1970 by the server's clock; updated every second while the tab is visible. */
export const now = signal(Date.now());

/** Sets the clock from the time in a response. */
export function setClock(at: number): void {
  aheadMs = at - Date.now();
}

/** Advances {@link now} every second while the page is visible. */
export function startClock(): void {
  setInterval(() => {
    if (document.visibilityState === 'visible') now.value = Date.now() + aheadMs;
  }, 1_000);
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const YEAR_MS = 300 * 86_400_000;

/**
 * Returns a time as `16:09:46` if it is today, else as `28 Nov 16:09:46`, with the year if that is long ago.
 */
export function timeText(at: number): string {
  const day = DAY.format(at);
  const time = TIME.format(at);
  if (Math.abs(Date.now() - at) > YEAR_MS) return `${day} ${new Date(at).getFullYear()} ${time}`;
  return day === DAY.format(Date.now()) ? time : `${day} ${time}`;
}

/** Returns the time zone of all absolute times, as `Europe/Berlin (GMT+1)`. */
export function zoneText(): string {
  const zone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' });
  const short = zone.formatToParts(Date.now()).find(({ type }) => type === 'timeZoneName')?.value;
  const { timeZone } = zone.resolvedOptions();
  return short === undefined || short === timeZone ? timeZone : `${timeZone} (${short})`;
}

/** Returns a relative time as `3 min ago`, `in 20 s`, `now`; coarse, so that it does not flicker. */
export function agoText(at: number, nowMs: number): string {
  const ms = Math.abs(nowMs - at);
  if (ms < 1_500) return 'now';
  const text = durationText(coarse(ms));
  return at > nowMs ? `in ${text}` : `${text} ago`;
}

function coarse(ms: number): number {
  const unit = [86_400_000, 3_600_000, 60_000].find((each) => ms >= each) ?? 1_000;
  return Math.floor(ms / unit) * unit;
}
