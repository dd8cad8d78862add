/**
 * The search attributes of a namespace are registered once, with their exact types; a caller without permission gets
 * the command for an operator.
 */
import { deepEqual, equal, fail, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { JobClient, SearchAttributesError } from 'temporal-job-tracing/client';
import {
  readSearchAttributes,
  registerSearchAttributes,
  type SearchAttributesConnection,
} from '../client/search-attributes.js';
import { startTemporalServer, type TemporalServer } from '../testing/temporal-server.js';

const ALL = ['TraceId', 'JobName', 'JobTrigger', 'JobRunId', 'TraceSampled'] as const;
/** `temporal.api.enums.v1.IndexedValueType` */
const [TEXT, KEYWORD] = [1, 2];
const CREATE_ALL =
  'temporal operator search-attribute create --namespace NAMESPACE --name TraceId --type Keyword ' +
  '--name JobName --type Keyword --name JobTrigger --type Keyword --name JobRunId --type Keyword ' +
  '--name TraceSampled --type Bool';

/** Namespaces of this test run only: test files may share the server. */
const run = randomUUID().slice(0, 8);
const [bound, bare, wrong, full] = [`bound-${run}`, `bare-${run}`, `wrong-${run}`, `full-${run}`] as const;

let server: TemporalServer;
let connection: Connection;
let nativeConnection: NativeConnection;

const tracingOf = (namespace: string) => new JobClient({ client: new Client({ connection, namespace }) });

before(async () => {
  server = await startTemporalServer({ namespaces: [bound, bare, wrong, full], log: () => {} });
  connection = await Connection.connect({ address: server.address });
  nativeConnection = await NativeConnection.connect({ address: server.address });
});

after(async () => {
  await nativeConnection?.close();
  await connection?.close();
  await server?.stop();
});

it('registers missing attributes, even concurrently, and then reports all as present', async () => {
  await connection.operatorService.addSearchAttributes({
    namespace: bound,
    searchAttributes: { JobName: KEYWORD },
  });
  const results = await Promise.all([
    tracingOf(bound).ensureSearchAttributes(),
    registerSearchAttributes(nativeConnection, bound),
  ]);
  for (const { added, present } of results) {
    deepEqual([...added, ...present].sort(), [...ALL].sort());
    ok(present.includes('JobName'));
  }
  deepEqual(await tracingOf(bound).ensureSearchAttributes(), { added: [], present: ALL });
  for (const reader of [connection, nativeConnection]) {
    const report = { present: ALL, missing: [], wrongType: [] };
    deepEqual(await readSearchAttributes(reader, bound), report);
  }
});

it('an attribute of the wrong type is named, and nothing is registered', async () => {
  await connection.operatorService.addSearchAttributes({
    namespace: wrong,
    searchAttributes: { TraceId: TEXT },
  });
  const wrongType = [{ name: 'TraceId', expected: 'Keyword', actual: 'Text' }];
  const error = await rejection(tracingOf(wrong).ensureSearchAttributes());
  deepEqual([error.problem, error.namespace, error.wrongType], ['wrong-type', wrong, wrongType]);
  match(error.message, /TraceId is Text, must be Keyword/);
  equal(error.commands[0], `temporal operator search-attribute remove --namespace ${wrong} --name TraceId`);
  equal(error.commands[1], CREATE_ALL.replace('NAMESPACE', wrong));
  const report = { present: [], missing: ALL.slice(1), wrongType };
  deepEqual(await readSearchAttributes(nativeConnection, wrong), report);
});

it('a namespace without room is an error with the server’s message', async () => {
  const taken = Array.from({ length: 8 }, (_, index) => [`Taken${index}`, KEYWORD]);
  await connection.operatorService.addSearchAttributes({
    namespace: full,
    searchAttributes: Object.fromEntries(taken),
  });
  const error = await rejection(tracingOf(full).ensureSearchAttributes());
  deepEqual([error.problem, error.missing], ['limit', ALL]);
  match(error.message, /cannot have more than 10 search attribute of type Keyword/);
  match(
    error.message,
    /Free 2 of type Keyword \(8 of 10 are taken: Taken.*\) with `temporal operator search-attribute remove`/,
  );
  ok(error.cause instanceof Error);
});

const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;
for (const code of [PERMISSION_DENIED, UNIMPLEMENTED]) {
  it(`without operator rights (status ${code}) types are read from the namespace, or the error has the commands to run`, async () => {
    const denied = deniedConnection(code);
    deepEqual((await readSearchAttributes(denied, bound)).present, ALL);
    deepEqual((await readSearchAttributes(denied, wrong)).wrongType, [
      { name: 'TraceId', expected: 'Keyword', actual: 'Text' },
    ]);
    for (const attempt of [readSearchAttributes, registerSearchAttributes]) {
      const error = await rejection(attempt(denied, bare));
      deepEqual([error.problem, error.namespace], ['denied', bare]);
      equal(error.commands[0], CREATE_ALL.replace('NAMESPACE', bare));
      ok(error.message.includes('no such right') && error.message.includes(CREATE_ALL.slice(0, 42)));
      equal((error.cause as { code?: number }).code, code);
    }
  });
}

it('a namespace that does not exist is unavailable', async () => {
  const error = await rejection(readSearchAttributes(nativeConnection, `missing-${run}`));
  equal(error.problem, 'unavailable');
  match(error.message, /is not found/);
});

it('a server that does not answer takes bounded time', async () => {
  const lazy = Connection.lazy({ address: '127.0.0.1:1' });
  const begin = Date.now();
  const error = await rejection(readSearchAttributes(lazy, bound));
  equal(error.problem, 'unavailable');
  ok(Date.now() - begin < 17_000);
  await lazy.close();
});

async function rejection(promise: Promise<unknown>): Promise<SearchAttributesError> {
  try {
    await promise;
  } catch (error) {
    ok(error instanceof SearchAttributesError, String(error));
    return error;
  }
  return fail('it was not refused');
}

/** Returns the real connection without the permissions of an operator. */
function deniedConnection(code: number): SearchAttributesConnection {
  const deny = () => Promise.reject(Object.assign(new Error('no such right'), { code }));
  const operatorService = { listSearchAttributes: deny, addSearchAttributes: deny };
  return {
    workflowService: connection.workflowService,
    operatorService: operatorService as unknown as Connection['operatorService'],
    withDeadline: connection.withDeadline.bind(connection),
  };
}
