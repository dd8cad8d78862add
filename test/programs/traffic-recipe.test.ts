/** The code of docs/traffic.md, compiled and run: services in Go and C++ detect the origin of a request. */
import { deepEqual, equal } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { trafficOf } from '../../examples/game/node-service/traffic';

const run = promisify(execFile);
const ROOT = path.join(__dirname, '..', '..', '..');

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

/** Headers of a request, and the expected output: scheduled, lane, load test, TraceId, span id. */
const CASES: readonly [what: string, headers: Record<string, string>, says: string][] = [
  ['a user', {}, 'false||false||'],
  [
    'a user in a trace',
    { traceparent: `00-${TRACE}-${SPAN}-00`, baggage: 'tenant=7' },
    `false||false|${TRACE}|${SPAN}`,
  ],
  [
    'httpJob',
    { 'x-traffic-origin': 'scheduler', traceparent: `00-${TRACE}-${SPAN}-01` },
    `true||false|${TRACE}|${SPAN}`,
  ],
  [
    'httpJob in a lane, a load test',
    { 'x-traffic-origin': 'scheduler', 'x-traffic-lane': 'gray', 'x-traffic-loadtest': 'true' },
    'true|gray|true||',
  ],
  [
    'any activity, by its baggage',
    {
      baggage:
        'job.name=x,job.trigger=cron,traffic.origin=scheduler,traffic.lane=gray-2,traffic.loadtest=true',
    },
    'true|gray-2|true||',
  ],
  [
    'baggage with spaces and metadata',
    { baggage: 'a=b ; c=d , traffic.origin = scheduler ;x=1, traffic.lane=gray;y,z' },
    'true|gray|false||',
  ],
  [
    'baggage that is only like it',
    { baggage: 'x.traffic.origin=scheduler,traffic.originx=scheduler,traffic.lane' },
    'false||false||',
  ],
  ['another origin', { 'x-traffic-origin': 'Scheduler', 'x-traffic-loadtest': '1' }, 'false||false||'],
  ['a broken traceparent', { traceparent: `00-${TRACE.slice(1)}-${SPAN}-01` }, 'false||false||'],
  [
    'a later version of traceparent',
    { traceparent: `01-${TRACE}-${SPAN}-01-more` },
    `false||false|${TRACE}|${SPAN}`,
  ],
];

/**
 * Input of one program for all cases: lines `name: value`, and an empty line after each case. It prints a line per
 * case.
 */
const INPUT = CASES.map(([, headers]) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join(''),
)
  .map((lines) => `${lines}\n`)
  .join('');

const GO_MAIN = `package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"strings"
)

func main() {
	lines, h := bufio.NewScanner(os.Stdin), http.Header{}
	for lines.Scan() {
		if name, value, found := strings.Cut(lines.Text(), ": "); found {
			h.Add(name, value)
			continue
		}
		t := TrafficOf(h)
		fmt.Printf("%v|%s|%v|%s|%s\\n", t.Scheduled, t.Lane, t.LoadTest, t.TraceID, t.SpanID)
		h = http.Header{}
	}
}
`;

const CPP_MAIN = `
#include <iostream>
#include <map>

int main() {
  std::map<std::string, std::string> headers;
  for (std::string line; std::getline(std::cin, line);) {
    if (const auto colon = line.find(": "); colon != std::string::npos) {
      headers[line.substr(0, colon)] = line.substr(colon + 2);
      continue;
    }
    const auto t = traffic_of([&](const std::string& name) { return headers.count(name) ? headers[name] : ""; });
    std::cout << std::boolalpha << t.scheduled << "|" << t.lane << "|" << t.loadtest << "|" << t.trace_id << "|"
              << t.span_id << "\\n";
    headers.clear();
  }
}
`;

describe('the recipe of docs/traffic.md', () => {
  let folder: string;
  let page: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'traffic-'));
    page = await readFile(path.join(ROOT, 'docs', 'traffic.md'), 'utf8');
  });
  after(() => rm(folder, { recursive: true }));

  const codeOf = (language: string) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';

  async function saysOf(program: string): Promise<string[]> {
    const child = run(program);
    child.child.stdin?.end(INPUT);
    return (await child).stdout.trimEnd().split('\n');
  }

  const expected = CASES.map(([what, , says]) => `${what}: ${says}`);
  const named = (says: readonly string[]) => says.map((line, i) => `${CASES[i]?.[0]}: ${line}`);

  it('in Go distinguishes players and scheduler', async (test) => {
    if (!(await isThere('go', 'version'))) return test.skip('there is no Go on this machine');
    await writeFile(path.join(folder, 'go.mod'), 'module recipe\n\ngo 1.21\n');
    await writeFile(path.join(folder, 'traffic.go'), codeOf('go'));
    await writeFile(path.join(folder, 'main.go'), GO_MAIN);
    await run('go', ['vet', '.'], { cwd: folder });
    await run('go', ['build', '-o', 'recipe-go', '.'], { cwd: folder });
    deepEqual(named(await saysOf(path.join(folder, 'recipe-go'))), expected);
  });

  it('in C++ distinguishes players and scheduler', async (test) => {
    if (!(await isThere('g++', '--version'))) return test.skip('there is no g++ on this machine');
    const [source, program] = [path.join(folder, 'recipe.cpp'), path.join(folder, 'recipe-cpp')];
    await writeFile(source, codeOf('cpp') + CPP_MAIN);
    await run('g++', ['-std=c++17', '-Wall', '-Wextra', '-Werror', '-o', program, source]);
    deepEqual(named(await saysOf(program)), expected);
  });

  it('in Go is the file of the example', async () => {
    const file = await readFile(path.join(ROOT, 'examples', 'game', 'service', 'traffic.go'), 'utf8');
    equal(codeOf('go'), file);
  });

  it('in Node, for machines without Go, does the same', () => {
    const says = CASES.map(([, headers]) => {
      const { scheduled, lane, loadTest, traceId, spanId } = trafficOf(headers);
      return [scheduled, lane, loadTest, traceId, spanId].join('|');
    });
    deepEqual(named(says), expected);
  });
});

async function isThere(program: string, argument: string): Promise<boolean> {
  return run(program, [argument]).then(
    () => true,
    () => false,
  );
}
