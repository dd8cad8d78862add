/**
 * The address, which holds the whole state of a view, and the ways to change it.
 */
import { signal } from '@preact/signals';

export const address = signal(new URL(location.href));

/** Values of a parameter; none of it, one, or several. */
export type ParameterValue = string | readonly string[] | undefined;

/** The present address with other parameters: path and search. */
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

export function parameter(name: string): string | undefined {
  return address.value.searchParams.get(name) ?? undefined;
}

/** Goes to an address of the console; a step back leads here again. */
export function go(to: string): void {
  const isOtherPage = new URL(to, location.href).pathname !== location.pathname;
  history.pushState(null, '', to);
  address.value = new URL(location.href);
  if (isOtherPage) scrollTo(0, 0);
}

/** Changes the parameters of the view, without a step to go back. */
export function show(changes: Readonly<Record<string, ParameterValue>>): void {
  history.replaceState(null, '', withParameters(changes));
  address.value = new URL(location.href);
}

/** Address of a job, a run or a trace; ids are unique, a job's name is not where several namespaces are watched. */
export const paths = {
  job: (job: string, namespace: string) =>
    `/jobs/${encodeURIComponent(job)}?namespace=${encodeURIComponent(namespace)}`,
  run: (runId: string, namespace: string) =>
    `/runs/${encodeURIComponent(runId)}?namespace=${encodeURIComponent(namespace)}`,
  alerts: (job: string) => `/alerts?q=${encodeURIComponent(job)}`,
  trace: (traceId: string) => `/traces/${encodeURIComponent(traceId)}`,
};

/** Follows links within the console without loading the page anew. */
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
