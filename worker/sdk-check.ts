/**
 * Checks, when a worker is created, whether the installed Temporal SDK has the internals that the sandbox
 * part needs.
 *
 * The sandbox checks again in each run, since a bundle may have been built with another version of the SDK.
 */
import { missingInternals } from '../interceptors/sandbox/sdk-internals';

/** Returns one sentence on what is missing and what to do; `undefined` if nothing is. Never throws. */
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
    // The SDK's state cannot be created here: only the sandbox can check it.
    return undefined;
  }
}

/** Supported SDK versions, as in the peer dependencies. */
const SUPPORTED = '^1.24.0';

/** The SDK's state of a workflow that never runs. */
function activatorOf(version: string): object {
  const { Activator } =
    require('@temporalio/workflow/lib/internals') as typeof import('@temporalio/workflow/lib/internals');
  // Workers of SDK 1.22 and earlier do not set it, which nothing on the host shows.
  const info = /^1\.(1?\d|2[0-2])\./.test(version) ? {} : { originalExecutionRunId: '' };
  const options = { info, randomnessSeed: [0], registeredActivityNames: new Set<string>() };
  return new Activator(options as unknown as ConstructorParameters<typeof Activator>[0]);
}
