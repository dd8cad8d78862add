/** Activities that call a service, each with another HTTP API; each returns the JSON string of the response. */
import { get, type IncomingMessage, request } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';

const OK = 200;

async function jsonOf(start: (resolve: (response: IncomingMessage) => void) => void): Promise<string> {
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
  return jsonOf((resolve) => request(options, resolve).end());
}

function byHttpHost(url: string): Promise<string> {
  const { hostname: host, port, pathname, search } = new URL(url);
  return jsonOf((resolve) => request({ host, port, path: pathname + search }, resolve).end());
}

function byHttpGet(url: string): Promise<string> {
  return jsonOf((resolve) => get(url, resolve));
}

function byHttpUrl(url: string): Promise<string> {
  return jsonOf((resolve) => request(new URL(url), { headers: { 'x-own': '1' } }, resolve).end());
}

/** The service's certificate is self-signed. */
function byHttps(url: string): Promise<string> {
  return jsonOf((resolve) => httpsRequest(url, { rejectUnauthorized: false }, resolve).end());
}

export const httpCallActivities = { byFetch, byHttpOptions, byHttpHost, byHttpGet, byHttpUrl, byHttps };
