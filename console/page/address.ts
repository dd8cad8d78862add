/**
 * The page's address, which holds the whole state of a view.
 */
import { signal } from '@preact/signals';

/** The current address. Changes only by {@link go}, {@link show} and the browser's history. */
export const address = signal(new URL(location.href));

/** Values of a parameter: none, one, or several. */
export type ParameterValue = string | readonly string[] | undefined;

/** Returns the address with changed parameters, as path and search. */
export function withParameters(
  changes: Readonly<Record<string, ParameterValue>>,
  from = address.value,
): string {
  const parameters = new URLSearchParams(from.search);
  for (const [name, value] of Object.entries(changes)) {
    parameters.delete(name);
    for (const each of [value ?? []].flat()) if (each !== '') parameters.append(name, each);
  }
  const search = parameters.toString();
  return search === '' ? from.pathname : `${from.pathname}?${search}`;
}

/** Returns the (first) value of a parameter of the address. */
export function parameter(name: string): string | undefined {
  return address.value.searchParams.get(name) ?? undefined;
}

/** Navigates to an address of the console, with an entry in the browser's history. */
export function go(to: string): void {
  const isOtherPage = new URL(to, location.href).pathname !== location.pathname;
  history.pushState(null, '', to);
  address.value = new URL(location.href);
  if (isOtherPage) scrollTo(0, 0);
}

/** Changes the parameters of the view, without an entry in the browser's history. */
export function show(changes: Readonly<Record<string, ParameterValue>>): void {
  history.replaceState(null, '', withParameters(changes));
  address.value = new URL(location.href);
}

/** Addresses of pages. A job's name is unique only within its namespace. */
export const paths = {
  job: (job: string, namespace: string) =>
    `/jobs/${encodeURIComponent(job)}?namespace=${encodeURIComponent(namespace)}`,
  /** Without a namespace, the run is looked up in all of them. */
  run: (runId: string, namespace: string | undefined) =>
    `/runs/${encodeURIComponent(runId)}${namespace ? `?namespace=${encodeURIComponent(namespace)}` : ''}`,
  alerts: (job: string) => `/alerts?q=${encodeURIComponent(job)}`,
  trace: (traceId: string) => `/traces/${encodeURIComponent(traceId)}`,
};

/** Handles links within the console without reloading the page. */
export function followLinks(): void {
  addEventListener('popstate', () => {
    address.value = new URL(location.href);
  });
  document.addEventListener('click', (event) => {
    const isPlain =
      event.button === 0 &&
      !event.metaKey &&
      !event.ctrlKey &&
      !event.shiftKey &&
      !event.altKey &&
      !event.defaultPrevented;
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    const href = link?.getAttribute('href');
    if (!isPlain || href == null || !/^\/(?!\/|api\/)/.test(href)) return;
    event.preventDefault();
    go(href);
  });
}
