/** The examples of docs/http-jobs.md are valid, and its list of properties is complete. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { httpJobProblem } from '../core/http/problems';
import { specProblem } from '../core/jobs/spec';

describe('docs/http-jobs.md', () => {
  let page: string;

  before(async () => {
    page = await readFile(path.join(__dirname, '..', '..', 'docs', 'http-jobs.md'), 'utf8');
  });

  it('has inputs for the CLI that are right', () => {
    const inputs = [...page.matchAll(/--input '(.*)'/g)].map(([, json = '']) => JSON.parse(json));
    ok(inputs.length >= 2);
    for (const input of inputs) {
      const isJob = 'workflow' in input;
      if (isJob) equal(specProblem(input), undefined);
      equal(httpJobProblem(isJob ? input.args[0] : input), undefined);
    }
  });

  it('has examples of properties that are right', () => {
    const url = 'https://a.example/';
    const rules = [...page.matchAll(/^\| `"(\w+)": (.*?)` \|/gm)].map(([, name = '', json = '']) => [
      name,
      JSON.parse(json),
    ]);
    ok(rules.length >= 3);
    equal(httpJobProblem({ url, success: Object.fromEntries(rules) }), undefined);
    const objects = [...page.matchAll(/^\| `(lane|callback)` \|.*?`(\{.*?\})`/gm)];
    equal(objects.length, 2);
    for (const [, name, json = ''] of objects)
      equal(httpJobProblem({ url, [String(name)]: JSON.parse(json) }), undefined);
  });

  it('names each property that there is', () => {
    const listed = /expected one of (.*)$/.exec(
      httpJobProblem({ url: 'https://a.example/', '?': 1 }) ?? '',
    )?.[1];
    const documented = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    deepEqual(documented.sort(), listed?.split(', ').sort());
  });
});
