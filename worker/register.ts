/**
 * `node --import temporal-job-tracing/register worker.js`: every worker of the program gets the plugin, with
 * options from `JOB_TRACING_…` variables, without a change of the program. Wrong ones reject `Worker.create`.
 *
 * Changes one static method of one class, before the program starts: `Worker.create` of the
 * `@temporalio/worker` beside this package. CommonJS and ES modules share that class. A program that uses
 * another copy of it is told so. Nothing here throws: a program must start without tracing, too.
 */
import { isMainThread } from 'node:worker_threads';
import type { Worker, WorkerOptions } from '@temporalio/worker';

type WorkerModule = typeof import('@temporalio/worker');
type PluginModule = typeof import('./plugin');
type EnvironmentModule = typeof import('./environment');

const PLUGIN_NAME = 'temporal-job-tracing';
/** On `Worker.create` when it is ours. */
const PATCHED = Symbol.for('temporal-job-tracing.register');
/** Milliseconds after which a program has loaded what it needs. */
const LOADED_AFTER_MS = 5_000;
const CLASS_FILE = /[\\/]@temporalio[\\/]worker[\\/]lib[\\/]worker\.js$/;

// Worker threads inherit `--import`; Temporal's own, which run the workflows, must stay as they are.
if (isMainThread) register();

function register(): void {
  try {
    const { Worker } = require('@temporalio/worker') as WorkerModule;
    const { JobTracingPlugin } = require('./plugin') as PluginModule;
    const { optionsFromEnvironment } = require('./environment') as EnvironmentModule;
    if (PATCHED in Worker.create) return;
    const original = Worker.create;
    const create = async function create(this: typeof Worker, options: WorkerOptions): Promise<Worker> {
      const given = [...(options?.plugins ?? []), ...(options?.connection?.plugins ?? [])];
      if (!options || given.some(({ name }) => name === PLUGIN_NAME)) return original.call(this, options);
      return original.call(this, {
        ...options,
        plugins: [...(options.plugins ?? []), new JobTracingPlugin(optionsFromEnvironment(process.env))],
      });
    };
    Worker.create = Object.assign(create, { [PATCHED]: true });
    watchForOtherCopies();
  } catch (error) {
    console.warn(`${PLUGIN_NAME}/register: workers are not traced:`, error);
  }
}

/** Says once when the program has loaded another copy of the class than the one that was changed. */
function watchForOtherCopies(): void {
  const files = () => Object.keys(require.cache).filter((file) => CLASS_FILE.test(file));
  const ours = files();
  const check = () => {
    const others = files().filter((file) => !ours.includes(file));
    if (others.length === 0) return;
    clearTimeout(timer);
    process.off('exit', check);
    console.warn(
      `${PLUGIN_NAME}/register: the program loads another copy of @temporalio/worker; its workers are not ` +
        `traced.\n  used by the program: ${others.join(', ')}\n  beside ${PLUGIN_NAME}: ${ours.join(', ')}\n` +
        `Install one copy for both (npm ls @temporalio/worker), or add new JobTracingPlugin() to the worker's plugins.`,
    );
  };
  const timer = setTimeout(check, LOADED_AFTER_MS).unref();
  process.on('exit', check);
}
