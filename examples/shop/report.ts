/**
 * What the shop writes to the terminal besides what all examples do. Pure.
 */
import { type Places, placesLines } from '../support/report';
import { clock, type Style } from '../support/terminal';

/** What runs here and where. */
export function heading(places: Places, serviceUrl: string, budgetMs: number, terminal: Style): string[] {
  return [
    '',
    terminal.bold('The shop: a nightly job, here every 5 seconds'),
    '',
    'nightlyJob is a plain Temporal workflow. It calls ServiceApplication, an HTTP service in a process',
    `of its own, over a PostgreSQL. A run usually takes under ${budgetMs / 1000} s: that is its budget.`,
    '',
    ...placesLines(places, { name: 'ServiceApplication', url: serviceUrl }, terminal),
  ];
}

/** An operator's release, between the runs. */
export function releaseLine(release: number, { yellow }: Style): string {
  return yellow(`${clock(new Date())}  release ${release} of ServiceApplication is live`);
}
