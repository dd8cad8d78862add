/**
 * ServiceApplication, and what an operator does to it.
 */
import { type ServiceProcess, startService } from '../support/service-process';
import type { Release } from './service-application/store';

export interface ServiceApplication extends ServiceProcess {
  /** Brings a release of ServiceApplication into service; release 2 is the one that forgot an index. */
  release(release: Release): Promise<void>;
}

export async function startServiceApplication(): Promise<ServiceApplication> {
  const service = await startService('ServiceApplication', require.resolve('./service-application/main.js'));
  return { ...service, release: (release) => service.post(`/releases/${release}`) };
}
