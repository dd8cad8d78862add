/**
 * The instrumentations of `@opentelemetry/auto-instrumentations-node`, if it is installed.
 *
 * It is not a dependency: it brings an instrumentation for each of some forty libraries. Those of `http` and `undici`
 * are left out, since the plugin has its own, which ignore incoming requests and requests without a parent.
 */
import { createRequire, register } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { describeMismatch, OptionError } from '../core/util/option-error';
import { HTTP, UNDICI } from './instrumentations';
import { reasonOf } from './losses';
import { processState } from './process-state';

const PACKAGE = '@opentelemetry/auto-instrumentations-node';

interface AutoInstrumentations {
  getNodeAutoInstrumentations(config: Readonly<Record<string, object>>): Instrumentation[];
}

/**
 * Returns the instrumentations; created once in a process, since each would make a span of the same call.
 *
 * @param subject class or variable that asks for them, for the error
 * @param hasImportHook whether they patch modules that the program imports, besides those that it requires; must be set
 *   before the program is loaded
 * @throws {OptionError} if the package is not installed
 */
export function autoInstrumentations(subject: string, hasImportHook = false): readonly Instrumentation[] {
  const state = processState();
  state.auto ??= load(subject).getNodeAutoInstrumentations({
    [HTTP]: { enabled: false },
    [UNDICI]: { enabled: false },
  });
  if (hasImportHook) registerImportHook();
  return state.auto;
}

/** Registers the hook of `import`: the copy that the instrumentations use. */
function registerImportHook(): void {
  const { resolve } = createRequire(fromProgram().resolve(PACKAGE));
  register(pathToFileURL(resolve('@opentelemetry/instrumentation/hook.mjs')));
}

/** Installed beside the program: this package may lie elsewhere, or be bundled. */
function fromProgram(): NodeJS.Require {
  return createRequire(path.join(process.cwd(), 'package.json'));
}

function load(subject: string): AutoInstrumentations {
  try {
    return fromProgram()(PACKAGE) as AutoInstrumentations;
  } catch (cause) {
    throw notLoaded(subject, cause);
  }
}

function notLoaded(subject: string, cause: unknown): OptionError {
  const [reason = ''] = reasonOf(cause).split('\n');
  const expectation = `${PACKAGE} installed in ${process.cwd()} (npm install ${PACKAGE}; ${reason})`;
  return new OptionError(
    `${subject}: instrumentations: ${describeMismatch(expectation, 'auto')}`,
    { subject, option: 'instrumentations', expectation, value: 'auto' },
    { cause },
  );
}
