/**
 * The state of the console itself. Reads memory only.
 */
import { defined } from '../../../core/util/defined';
import { type ConsoleData, problemsOf } from '../console-data';
import type { ConsoleStatus, NamespaceStatus } from '../types';

export function consoleStatus(data: ConsoleData): ConsoleStatus {
  const namespaces = [...data.namespaces.values()];
  return {
    version: data.version,
    at: Date.now(),
    namespaces: namespaces.map(({ name, calls, poller }): NamespaceStatus => {
      const { fill } = poller;
      return {
        name,
        temporal: calls.state === 'denied' ? 'away' : calls.state,
        openRuns: poller.openRuns.size,
        isOpenRunsCut: poller.isOpenRunsCut,
        ...defined({ answeredAt: calls.answeredMs, closedSinceAt: fill?.fromAt }),
      };
    }),
    traces: data.tracesStatus(),
    hasLogin: data.hasLogin,
    ...defined({ webUi: data.webUi }),
    problems: problemsOf(data, namespaces),
  };
}
