/**
 * `node --import temporal-job-tracing/register worker.js`: adds the plugin to every worker of the program,
 * with options from `JOB_TRACING_…` variables and without a code change. Invalid variables reject
 * `Worker.create`.
 *
 * Patches one static method before the program starts: `Worker.create` of the `@temporalio/worker` that this
 * package resolves. CommonJS and ES modules share that class. A warning is logged if the program uses another
 * copy of it. Nothing here throws: the program must start even without tracing.
 */
import { isMainThread } from 'node:worker_threads';
import type { Worker, WorkerOptions } from '@temporalio/worker';

type WorkerModule = typeof import('@temporalio/worker');
type PluginModule = typeof import('./plugin');
type ExportModule = typeof import('../export');
type EnvironmentModule = typeof import('./environment');

const PLUGIN_NAME = 'temporal-job-tracing';
/** Variable for further instrumentations, which must be loaded before the modules that they patch. */
const INSTRUMENTATIONS = 'JOB_TRACING_INSTRUMENTATIONS';
/** Marks a patched `Worker.create`. */
const PATCHED = Symbol.for('temporal-job-tracing.register');
/** Milliseconds after which a program is expected to have loaded its modules. */
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
    if (process.env[INSTRUMENTATIONS]?.trim() === 'auto') loadInstrumentations();
    const original = Worker.create;
    const create = async function create(this: typeof Worker, options: WorkerOptions): Promise<Worker> {
      const plugins = [...(options?.plugins ?? []), ...(options?.connection?.plugins ?? [])];
      if (!options || plugins.some(({ name }) => name === PLUGIN_NAME)) return original.call(this, options);
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

/** Loads the instrumentations before the program loads what they patch; if that fails, `Worker.create` rejects. */
function loadInstrumentations(): void {
  try {
    const { autoInstrumentations } = require('../export') as ExportModule;
    autoInstrumentations(INSTRUMENTATIONS, true);
  } catch (error) {
    console.warn(`${PLUGIN_NAME}/register:`, error);
  }
}

/** Logs one warning if the program has loaded another copy of the class than the patched one. */
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
