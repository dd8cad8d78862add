/**
 * Starts ServiceApplication, and releases it as an operator does.
 */
import { type ServiceProcess, startService } from '../support/service-process';
import type { Release } from './service-application/store';

/** The running service. */
export interface ServiceApplication extends ServiceProcess {
  /** Brings a release into service; release 2 lacks an index. */
  release(release: Release): Promise<void>;
}

/** Starts the service at release 1. */
export async function startServiceApplication(): Promise<ServiceApplication> {
  const service = await startService('ServiceApplication', require.resolve('./service-application/main.js'));
  return { ...service, release: (release) => service.post(`/releases/${release}`) };
}
