/**
 * Checks the secrets that a configuration names.
 */
import type { SecretProvider } from '../core/http/secrets';
import { OptionError } from '../core/util/option-error';
import { Channels } from './channels/channels';
import { environmentSecrets } from './channels/secrets';
import type { ResolvedAlerts } from './config/types';

/**
 * Checks that all secrets are there and have the right form. A provider of secrets may fail, since a later
 * call may succeed.
 *
 * @throws {OptionError} that names all problems, without the values of secrets
 */
export async function checkSecrets(
  config: ResolvedAlerts,
  secrets: SecretProvider = environmentSecrets(process.env),
): Promise<void> {
  const problems = await new Channels('default', config, secrets).problems();
  const lasting = problems.flatMap(({ text, isLasting }) => (isLasting ? [text] : []));
  if (lasting.length === 0) return;
  const fields = { subject: 'job alerts', option: 'secrets', expectation: 'all secrets that config names' };
  throw new OptionError(`job alerts: ${lasting.join('; ')}`, fields);
}
