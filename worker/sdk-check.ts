/**
 * Looks, when a worker is created, whether the installed Temporal SDK has what the sandbox part needs of it.
 *
 * The sandbox looks again in each run, since a bundle may have been made with another version of the SDK.
 */
import { missingInternals } from '../interceptors/sandbox/sdk-internals';

/** One sentence on what is missing, and what to do; `undefined` when nothing is. Never throws. */
export function sdkProblem(): string | undefined {
  try {
    const { version } = require('@temporalio/workflow/package.json') as { readonly version: string };
    const missing = missingInternals(activatorOf(version));
    if (missing.length === 0) return undefined;
    return (
      `Temporal SDK ${version} lacks ${missing.join(', ')}; runs of this worker are not traced. Install a version of ` +
      `temporal-job-tracing that supports this SDK, or @temporalio packages ${SUPPORTED}`
    );
  } catch {
    // The SDK's state cannot be made here: only the sandbox can tell.
    return undefined;
  }
}

/** As in the peer dependencies. */
const SUPPORTED = '^1.24.0';

/** The SDK's state of a workflow that never runs. */
function activatorOf(version: string): object {
  const { Activator } =
    require('@temporalio/workflow/lib/internals') as typeof import('@temporalio/workflow/lib/internals');
  // Workers of SDK 1.22 and before do not give it; there is nothing on the host to see it by.
  const info = /^1\.(1?\d|2[0-2])\./.test(version) ? {} : { originalExecutionRunId: '' };
  const options = { info, randomnessSeed: [0], registeredActivityNames: new Set<string>() };
  return new Activator(options as unknown as ConstructorParameters<typeof Activator>[0]);
}
