/**
 * Builds `/api/status`, without calls to Temporal.
 */
import { defined } from '../../../core/util/defined';
import type { ConsoleStatus, NamespaceStatus } from '../../types';
import { type ConsoleData, problemsOf } from '../console-data';

export async function consoleStatus(data: ConsoleData): Promise<ConsoleStatus> {
  const namespaces = [...data.namespaces.values()];
  return {
    version: data.version,
    at: Date.now(),
    namespaces: namespaces.map(({ name, calls, poller, incidents }): NamespaceStatus => {
      const { fill } = poller;
      return {
        name,
        temporal: calls.state === 'denied' || calls.state === 'no-namespace' ? 'away' : calls.state,
        openRuns: poller.openRuns.size,
        openAlerts: incidents.known.filter(({ open }) => open !== undefined && open.length > 0).length,
        isOpenRunsCut: poller.isOpenRunsCut,
        ...defined({ answeredAt: calls.answeredMs, closedSinceAt: fill?.fromAt }),
      };
    }),
    traces: await data.tracesStatus(),
    hasLogin: data.hasLogin,
    ...defined({ webUi: data.webUi }),
    problems: problemsOf(namespaces),
  };
}
