/** Activities of the tests that call a service, each by another way; each returns what the service answers. */
import { get, type IncomingMessage, request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { text } from 'node:stream/consumers';

const OK = 200;

async function answerOf(start: (resolve: (response: IncomingMessage) => void) => void): Promise<string> {
  const response = await new Promise<IncomingMessage>(start);
  return JSON.parse(await text(response)) as string;
}

async function byFetch(url: string): Promise<string> {
  const response = await fetch(url);
  if (response.status !== OK) throw new Error(`status ${response.status}`);
  return (await response.json()) as string;
}

function byHttpOptions(url: string): Promise<string> {
  const { hostname, port, pathname, search } = new URL(url);
  const headers = { 'x-own': '1' };
  const options = { hostname, port, path: pathname + search, headers };
  return answerOf((resolve) => request(options, resolve).end());
}

function byHttpHost(url: string): Promise<string> {
  const { hostname: host, port, pathname, search } = new URL(url);
  return answerOf((resolve) => request({ host, port, path: pathname + search }, resolve).end());
}

function byHttpGet(url: string): Promise<string> {
  return answerOf((resolve) => get(url, resolve));
}

function byHttpUrl(url: string): Promise<string> {
  return answerOf((resolve) => request(new URL(url), { headers: { 'x-own': '1' } }, resolve).end());
}

/** The service's certificate is its own authority. */
function byHttps(url: string): Promise<string> {
  return answerOf((resolve) => requestSecurely(url, { rejectUnauthorized: false }, resolve).end());
}

export const callingActivities = { byFetch, byHttpOptions, byHttpHost, byHttpGet, byHttpUrl, byHttps };
