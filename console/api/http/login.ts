/**
 * The login page: plain HTML without script. The token is posted, so it never appears in an address.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { type AccessOptions, isEqual, ownOriginNeeded } from './access';
import type { Sessions } from './sessions';

/** Delay of the answer to a wrong token, in milliseconds, which slows down guessing. */
const REFUSAL_MS = 500;
/** Maximum size of the form: anybody may post one. */
const MAX_FORM_BYTES = 64 * 1024;

/** Creates the routes `/login` and `/logout`. */
export function loginRoutes({ token }: AccessOptions, sessions: Sessions): Hono {
  const app = new Hono();
  app.get('/login', (c) => page(c, pathOf(c.req.query('to')), false));
  const limit = bodyLimit({
    maxSize: MAX_FORM_BYTES,
    onError: (c) => c.text(`The form is too large: at most ${MAX_FORM_BYTES} bytes are accepted.`, 413),
  });
  app.post('/login', ownOriginNeeded(), limit, async (c) => {
    const form = await c.req.parseBody();
    const to = pathOf(form.to);
    if (token === undefined) return c.redirect(to, 303);
    if (typeof form.token !== 'string' || !isEqual(form.token, token)) {
      await sleep(REFUSAL_MS);
      return page(c, to, true);
    }
    setCookie(c, sessions.cookieName, sessions.begin(), { httpOnly: true, sameSite: 'Lax', path: '/' });
    return c.redirect(to, 303);
  });
  app.post('/logout', ownOriginNeeded(), (c) => {
    sessions.end(getCookie(c, sessions.cookieName));
    deleteCookie(c, sessions.cookieName, { path: '/' });
    return c.redirect('/login', 303);
  });
  return app;
}

/** Returns the value if it is a path of this server, else the path of the first page. */
function pathOf(to: unknown): string {
  return typeof to === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(to) ? to : '/';
}

function page(c: Context, to: string, isWrong: boolean): Response | Promise<Response> {
  return c.html(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>Log in · Console</title>
          <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
          <link rel="stylesheet" href="/assets/page.css" />
        </head>
        <body>
          <main class="login">
            <h1>Job tracing</h1>
            <form method="post" action="/login">
              <input type="hidden" name="to" value="${to}" />
              <p>
                <label for="token">Token of this console</label>
                <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
              </p>
              ${isWrong ? html`<p class="failure" role="alert">This is not the token of this console.</p>` : ''}
              <p><button type="submit">Log in</button></p>
              <p class="quiet">It was set when the console was started: <code>JOB_TRACING_CONSOLE_TOKEN</code>, or the file of <code>--token-file</code>.</p>
            </form>
          </main>
        </body>
      </html>`,
    isWrong ? 403 : 200,
  );
}
