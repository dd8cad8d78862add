/** `docs/cli.md` and `--help` list exactly the commands, options and exit codes of the program. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { WATCH_FLAGS } from '../../alerts/cli';
import { CONNECTION_FLAGS } from '../../client/connection-flags';
import { CONSOLE_FLAGS } from '../../console/cli';
import { TRACE_FLAGS } from '../../console/trace-command';
import { runProgram } from '../support/program';

const PAGE = readFileSync(path.join(__dirname, '../../../docs/cli.md'), 'utf8');
const COMMANDS = {
  console: { flags: CONSOLE_FLAGS, connects: true },
  watch: { flags: WATCH_FLAGS, connects: true },
  trace: { flags: TRACE_FLAGS, connects: false },
} as const;

/** Returns the part of the page from a heading to the next one. */
function section(heading: string): string {
  const [, body] = PAGE.split(`\n## ${heading}\n`);
  ok(body !== undefined, `no heading ${heading}`);
  return body.split('\n## ')[0] ?? '';
}

/** Returns the first column of the section's table, without placeholders of values. */
function firstColumn(heading: string): string[] {
  return Array.from(section(heading).matchAll(/^\| `?--([\w-]+)/gm), ([, name = '']) => name);
}

const sorted = (names: Iterable<string>) => [...names].sort();

describe('the command line and its page', () => {
  it('have the same commands', async () => {
    const { output } = await runProgram(['--help']);
    const printed = Array.from(output.matchAll(/^ {2}(\w+) /gm), ([, name = '']) => name);
    const documented = Array.from(PAGE.matchAll(/^## `(\w+)`$/gm), ([, name = '']) => name);
    deepEqual(printed, Object.keys(COMMANDS));
    deepEqual(documented, Object.keys(COMMANDS));
  });

  for (const [command, { flags, connects }] of Object.entries(COMMANDS)) {
    it(`have the same options of ${command}`, async () => {
      const { code, output } = await runProgram([command, '--help']);
      equal(code, 0);
      const expected = Object.keys(flags).filter((name) => name !== 'help');
      const documented = [
        ...firstColumn(`\`${command}\``),
        ...(connects ? firstColumn('Connection to Temporal') : []),
      ];
      deepEqual(sorted(documented), sorted(expected));
      const printed = Array.from(output.matchAll(/^ {2}--([\w-]+)/gm), ([, name = '']) => name);
      deepEqual(sorted(printed), sorted(expected));
    });
  }

  it('have the same values for each option: those that take none have no <value>', () => {
    const flags = { ...CONSOLE_FLAGS, ...WATCH_FLAGS, ...TRACE_FLAGS };
    const wrong = Object.entries(flags).filter(
      ([name, { type }]) => name !== 'help' && PAGE.includes(`\`--${name} <`) !== (type === 'string'),
    );
    deepEqual(wrong, []);
  });

  it('have the variables of the connection', () => {
    const rows = section('Connection to Temporal').match(/^\| `--.*\| `TEMPORAL_\w+` \|$/gm) ?? [];
    equal(rows.length, Object.keys(CONNECTION_FLAGS).length);
  });

  it('have the same exit codes', async () => {
    const documented = Array.from(section('Exit codes').matchAll(/^\| (\d) \|/gm), ([, code]) =>
      Number(code),
    );
    const codes = await Promise.all([
      runProgram(['watch', '--help']),
      runProgram(['trace', '0af7651916cd43dd8448eb211c80319c', '--console', 'http://127.0.0.1:1']),
      runProgram(['watch']),
    ]);
    deepEqual(
      codes.map(({ code }) => code),
      documented,
    );
    const misuses = [['watch', '--nothing'], ['console', '--prot', '1'], ['trace'], ['nothing'], []];
    const refused = await Promise.all(misuses.map(async (args) => (await runProgram(args)).code));
    deepEqual(
      refused,
      misuses.map(() => 2),
    );
  });
});
