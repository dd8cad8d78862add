/**
 * The figures in `bench/RESULTS.md`: one Markdown table for each part, between two comments. The text around them is
 * written by hand and kept. Pure.
 */
import type { Figure, PartResult } from './figure';
import { digits } from './table';

/** Returns the file's text with these parts' tables, in place of their older ones or at the end. */
export function withResults(text: string, results: readonly PartResult[], heading: string): string {
  return results.reduce((file, result) => withResult(file, result, heading), text);
}

function withResult(text: string, { part, figures }: PartResult, heading: string): string {
  const [begin, end] = [`<!-- figures of ${part} -->`, `<!-- end of ${part} -->`];
  const block = `${begin}\n${heading}\n\n${markdown(figures)}\n${end}`;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) return `${text.trimEnd()}\n\n## ${part}\n\n${block}\n`;
  return text.slice(0, from) + block + text.slice(to + end.length);
}

function markdown(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, unit, value, low, high, rounds, target, met }) => [
    name,
    `${digits(value)} ${unit}`,
    rounds > 1 ? `${digits(low)} – ${digits(high)}` : '',
    rounds > 1 ? String(rounds) : '',
    target ? `≤ ${digits(target.atMost)} ${unit}: ${met ? 'met' : 'missed'}` : '',
  ]);
  const head = ['', 'value', '95 % interval', 'rounds', 'target'];
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
