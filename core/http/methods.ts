/**
 * The HTTP methods that a call may use. Pure.
 *
 * @see https://www.iana.org/assignments/http-methods/http-methods.xhtml
 */

/** All registered methods except `CONNECT`, `PRI` and `*`, which are not requests to a service. */
const METHODS: ReadonlySet<string> = new Set(
  (
    'ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY DELETE GET HEAD LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR ' +
    'MKCOL MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PROPFIND PROPPATCH PUT QUERY REBIND REPORT ' +
    'SEARCH TRACE UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL'
  ).split(' '),
);

/** Whether the value is a registered method in upper case, as it is sent. */
export function isMethod(value: unknown): value is string {
  return typeof value === 'string' && METHODS.has(value);
}
