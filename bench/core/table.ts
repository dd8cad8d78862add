/** Results as tables for the terminal. Pure. */
import type { Figure, PartResult } from './figure';

/** Returns the tables of all parts, one after the other. */
export function tables(results: readonly PartResult[]): string {
  return results.map(({ part, figures }) => `${part}\n${table(figures)}`).join('\n\n');
}

function table(figures: readonly Figure[]): string {
  const rows = [
    ['', 'value', '95 % interval', 'rounds', 'target', ''],
    ...figures.map((figure) => [
      figure.name,
      `${digits(figure.value)} ${figure.unit}`,
      figure.rounds > 1 ? `${digits(figure.low)} – ${digits(figure.high)}` : '',
      figure.rounds > 1 ? String(figure.rounds) : '',
      figure.target ? `≤ ${digits(figure.target.atMost)} ${figure.unit}` : '',
      figure.met === undefined ? '' : describeMet(figure.met),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
  return rows.map((row) => `  ${line(row).join('  ').trimEnd()}`).join('\n');
}

function describeMet(met: boolean): string {
  return met ? 'met' : 'MISSED';
}

/** Returns a number with three significant digits, without an exponent: `0.0123`, `12.3`, `12,345`. */
export function digits(value: number): string {
  const fractionDigits =
    value === 0 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toLocaleString('en-US', { maximumFractionDigits: fractionDigits });
}
