/**
 * Every method of the SDK's interceptor interfaces is used, or not needed for a reason. A method that a new SDK version
 * adds breaks the build here, and the interceptors must implement exactly the methods marked as used.
 */
import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Context as ActivityContext } from '@temporalio/activity';
import type { ClientInterceptors, WorkflowClientInterceptor } from '@temporalio/client';
import type {
  ActivityInboundCallsInterceptor,
  ActivityOutboundCallsInterceptor,
  NexusInboundCallsInterceptor,
  NexusOutboundCallsInterceptor,
  WorkerInterceptors,
} from '@temporalio/worker';
import type {
  WorkflowInboundCallsInterceptor,
  WorkflowInterceptors,
  WorkflowInternalsInterceptor,
  WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';
import type * as nexus from 'nexus-rpc';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { DEFAULT_SANDBOX_OPTIONS } from '../core/sandbox-options';
import type { JobTracingSinks } from '../core/span-record';
import { activityInterceptors, nexusInterceptors } from '../interceptors/activity';
import { clientInterceptors } from '../interceptors/client';
import { inboundInterceptor } from '../interceptors/sandbox/inbound';
import { internalsInterceptor } from '../interceptors/sandbox/internals';
import { outboundInterceptor } from '../interceptors/sandbox/outbound';
import type { Run } from '../interceptors/sandbox/run';
import { RunState } from '../interceptors/sandbox/run-state';
import type { RunTracer } from '../interceptors/sandbox/tracer';

type Use = `used: ${string}` | `not needed: ${string}`;
/** A table of all methods of `T`, including optional ones. */
type All<T> = Record<keyof Required<T>, Use>;

const TABLES = {
  'workflow inbound': {
    execute: 'not needed: a run begins with its first activation and ends with its final command',
    handleSignal: 'used: span, linked to the sender',
    handleUpdate: 'used: span, linked to the caller',
    validateUpdate: 'used: no span may be made inside',
    handleQuery: 'not needed: its activation is known before, and makes no span',
  } satisfies All<WorkflowInboundCallsInterceptor>,

  'workflow outbound': {
    startTimer: 'not needed: carries no header, and the gap in the trace shows it',
    scheduleActivity: 'used: span and header',
    scheduleLocalActivity: 'used: span and header',
    startNexusOperation: 'used: span and header',
    startChildWorkflowExecution: 'used: span, header and attributes',
    signalWorkflow: 'used: span and header',
    continueAsNew: 'used: span and header',
    getLogAttributes: 'used: trace_id and span_id',
    getMetricTags: 'not needed: a trace id as a tag would make a series of each run',
  } satisfies All<WorkflowOutboundCallsInterceptor>,

  'workflow internals': {
    activate: 'used: markers and upsert before any user code',
    concludeActivation: 'used: finished spans leave, the root with the final command',
    dispose: 'not needed: nothing is held outside the workflow',
  } satisfies All<WorkflowInternalsInterceptor>,

  'workflow module': {
    inbound: 'used: above',
    outbound: 'used: above',
    internals: 'used: above',
  } satisfies All<WorkflowInterceptors>,

  'activity inbound': {
    execute: 'used: span in the trace of the run',
  } satisfies All<ActivityInboundCallsInterceptor>,

  'activity outbound': {
    getLogAttributes: 'used: trace_id and span_id, by the official interceptor',
    getMetricTags: 'not needed: a trace id as a tag would make a series of each run',
  } satisfies All<ActivityOutboundCallsInterceptor>,

  'nexus inbound': {
    startOperation: 'used: span in the trace of the caller',
    cancelOperation: 'used: span in the trace of the caller',
  } satisfies All<NexusInboundCallsInterceptor>,

  'nexus outbound': {
    getLogAttributes: 'used: trace_id and span_id, by the official interceptor',
    getMetricTags: 'not needed: a trace id as a tag would make a series of each run',
  } satisfies All<NexusOutboundCallsInterceptor>,

  'workflow client, official': {
    start: 'used: span',
    startWithDetails: 'used: span',
    startUpdate: 'used: span',
    startUpdateWithStart: 'used: span',
    signal: 'used: span',
    signalWithStart: 'used: span',
    query: 'used: span',
    terminate: 'used: span',
    cancel: 'used: span',
    describe: 'used: span',
  } satisfies All<WorkflowClientInterceptor>,

  'workflow client, plugin': {
    start: 'used: header with our part',
    startWithDetails: 'used: header with our part',
    startUpdate: 'used: header in W3C',
    startUpdateWithStart: 'used: headers, of the start with our part',
    signal: 'used: header in W3C',
    signalWithStart: 'used: header with our part',
    query: 'not needed: a query makes no span in the workflow',
    terminate: 'not needed: reaches no code of the workflow',
    cancel: 'not needed: has no header',
    describe: 'not needed: reaches no code of the workflow',
  } satisfies All<WorkflowClientInterceptor>,

  worker: {
    client: 'used: above',
    activity: 'used: above',
    nexus: 'used: above',
    activityInbound: 'not needed: deprecated, is part of activity',
    workflowModules: 'not needed: the bundler gets the module with its options',
  } satisfies All<WorkerInterceptors>,

  client: {
    workflow: 'used: above',
    schedule: 'not needed: the runs of a schedule have no caller',
    nexus: 'not needed: an operation without a workflow is not a run of a job',
    activity: 'not needed: an activity without a workflow is not a run of a job',
  } satisfies All<ClientInterceptors>,
};

const sink = {} as JobTracingSinks['jobTracing'];
const state = new RunState();
const activity = activityInterceptors({
  onIgnored: () => {},
  traceStateOf: () => undefined,
  policy: () => undefined,
})({} as ActivityContext);
const nexusCalls = nexusInterceptors()({} as nexus.OperationContext);
const [official, plugin] = clientInterceptors();
const internals = internalsInterceptor(state, sink, DEFAULT_SANDBOX_OPTIONS, () => {});
const inbound = inboundInterceptor(state, {} as RunTracer, sink);
const outbound = outboundInterceptor(state, {} as Run);

const IMPLEMENTED: Record<keyof typeof TABLES, () => Promise<object | undefined> | object | undefined> = {
  'workflow inbound': () => inbound,
  'workflow outbound': () => outbound,
  'workflow internals': () => internals,
  'workflow module': () => ({ inbound, outbound, internals }),
  'activity inbound': () => activity.inbound,
  'activity outbound': () => activity.outbound,
  'nexus inbound': () => nexusCalls.inbound,
  'nexus outbound': () => nexusCalls.outbound,
  'workflow client, official': () => official,
  'workflow client, plugin': () => plugin,
  worker: async () => (await new JobTracingPlugin().configureWorker({ taskQueue: 'none' })).interceptors,
  client: () => new JobTracingPlugin().configureClient({}).interceptors,
};

/** Returns the names of the methods of the object and its class. */
function methodsOf(object: object | undefined): string[] {
  const names = new Set<string>();
  for (let at = object; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (name !== 'constructor' && value !== undefined) names.add(name);
  }
  return [...names];
}

describe('interceptors implement exactly the methods that the table marks as used', () => {
  for (const [name, table] of Object.entries(TABLES)) {
    it(name, async () => {
      const used = Object.entries(table).flatMap(([method, use]) => (use.startsWith('used') ? [method] : []));
      const implemented = methodsOf(await IMPLEMENTED[name as keyof typeof TABLES]());
      const inTable = implemented.filter((method) => method in table);
      deepEqual(inTable.sort(), used.sort());
    });
  }
});
