/**
 * The sampling policy from the environment variable `JOB_TRACING_SAMPLING`: the option `sampling` as JSON.
 */
import { optionError } from '../core/util/option-error';
import { resolvePolicy, type SamplingPolicy } from './policy';

const VARIABLE = 'JOB_TRACING_SAMPLING';

/**
 * Returns the policy in the variable; the default policy if it is unset or empty.
 *
 * @throws {OptionError} with the variable's name, the expectation, the value and its type
 */
export function policyFromEnvironment(env: Readonly<Record<string, string | undefined>>): SamplingPolicy {
  const text = env[VARIABLE]?.trim();
  return text ? resolvePolicy(parse(text), VARIABLE) : resolvePolicy();
}

/** Whether the variable is set and not empty. */
export function hasPolicyInEnvironment(env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(env[VARIABLE]?.trim());
}

function parse(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null) {
    throw optionError(
      'JobTracingPlugin',
      VARIABLE,
      'JSON such as {"default":0.01,"jobs":{"billing-*":1}}',
      text,
    );
  }
  return value;
}
