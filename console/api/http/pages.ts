/**
 * Serves the pages' files from the build, read once and compressed. All pages are the same HTML document.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Context, Hono } from 'hono';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.map': 'application/json',
};

/** Directory of the built files, beside the compiled console. */
const DIRECTORY = join(__dirname, '..', '..', 'page', 'assets');
const INDEX = 'index.html';

interface File {
  readonly type: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly compressed: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

/**
 * Creates the routes of script, style sheet and images, which the login page needs and which contain no
 * secrets.
 */
export function assetRoutes(directory = DIRECTORY): Hono {
  const files = readFiles(directory);
  const app = new Hono();
  app.get('/assets/:name', (c) => {
    const name = c.req.param('name');
    const file = name === INDEX ? undefined : files.get(name);
    return file ? send(c, file) : c.notFound();
  });
  return app;
}

/** Creates the route of the pages: every path answers with the same document, which reads the path itself. */
export function pageRoutes(directory = DIRECTORY): Hono {
  const index = readFiles(directory).get(INDEX);
  const app = new Hono();
  app.get('*', (c) =>
    index ? send(c, index) : c.text('The pages of this console are not built: run npm run build.', 503),
  );
  return app;
}

function readFiles(directory: string): ReadonlyMap<string, File> {
  try {
    return new Map(
      readdirSync(directory).map((name) => [name, toFile(name, readFileSync(join(directory, name)))]),
    );
  } catch {
    return new Map();
  }
}

function toFile(name: string, bytes: Buffer): File {
  return {
    type: TYPES[extname(name)] ?? 'application/octet-stream',
    plain: new Uint8Array(bytes),
    compressed: new Uint8Array(gzipSync(bytes)),
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 16)}"`,
  };
}

function send(c: Context, { type, plain, compressed, etag }: File): Response {
  const headers = { 'content-type': type, etag, 'cache-control': 'no-cache', vary: 'accept-encoding' };
  if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers);
  const isCompressed = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
  return isCompressed
    ? c.body(compressed, 200, { ...headers, 'content-encoding': 'gzip' })
    : c.body(plain, 200, headers);
}
