/**
 * `jobAlertGroup`: sends one message for several jobs with the same type of alert. The jobs' incidents hand
 * over their messages, so that each problem is reported once, by the group or by its incident.
 *
 * Sandbox code. Not traced.
 */
import { condition, defineQuery, defineSignal, setHandler, workflowInfo } from '@temporalio/workflow';
import { asInfrastructure } from '../../core/infrastructure';
import type { AlertMessage, AlertType, DeliveryOutcome, Subject } from '../incident/message';
import { IncidentMessage } from '../names';
import { jobAlertsDeliver } from './activities';

/** Input of a group. */
export interface GroupStart {
  readonly type: AlertType;
  readonly to: readonly string[];
  /** Number of incidents that reply to the group. */
  readonly members: number;
}

/** Reply of an incident; without a message, it has nothing new to report. */
export interface GroupMember {
  readonly subject: Subject;
  readonly message: AlertMessage | null;
}

/** Result of the query `status`. */
export interface GroupStatus {
  readonly jobs: readonly string[];
  readonly outcomes: Readonly<Record<string, DeliveryOutcome['status']>>;
}

/** How long to wait for replies, longer for many members; later replies go into a second message. */
const PATIENCE_MS = 20_000;
const PATIENCE_A_MEMBER_MS = 100;
const MAX_PATIENCE_MS = 120_000;
/** Most names in a message; the others are only counted. */
const MAX_NAMES = 20;

export const jobAlertGroup = asInfrastructure(async function jobAlertGroup({
  type,
  to,
  members,
}: GroupStart): Promise<GroupStatus> {
  const reported: string[] = [];
  const outcomes = new Map<string, DeliveryOutcome['status']>();
  const status = (): GroupStatus => ({ jobs: reported, outcomes: Object.fromEntries(outcomes) });
  let replies = 0;
  let pending: GroupMember[] = [];
  setHandler(defineQuery<GroupStatus>(IncidentMessage.status), status);
  setHandler(defineSignal<[GroupMember]>(IncidentMessage.member), (member) => {
    replies++;
    if (member.message !== null) pending.push(member);
  });
  const patienceMs = Math.min(MAX_PATIENCE_MS, PATIENCE_MS + members * PATIENCE_A_MEMBER_MS);
  for (let part = 1; ; part++) {
    const isComplete = await condition(() => replies >= members, patienceMs);
    if (pending.length === 0) break;
    const message = messageOf(type, part, pending);
    reported.push(...pending.map(({ subject }) => subject.name));
    pending = [];
    const subject: Subject = { kind: 'group', name: type };
    await Promise.all(
      to.map(async (channel) => {
        const outcome = await jobAlertsDeliver({ channel, subject, message }).catch(() => undefined);
        outcomes.set(channel, outcome?.status ?? 'refused');
      }),
    );
    if (isComplete) break;
  }
  return status();
});

function messageOf(type: AlertType, part: number, members: readonly GroupMember[]): AlertMessage {
  const messages = members.flatMap(({ message }) => message ?? []);
  const resolved = messages.flatMap(({ resolvedMs }) => resolvedMs ?? []);
  return {
    id: `msg_${workflowInfo().firstExecutionRunId}_${part}`,
    key: 'group',
    type,
    state: resolved.length > 0 ? 'resolved' : 'open',
    sinceMs: Math.min(...messages.map(({ sinceMs }) => sinceMs)),
    ...(resolved.length > 0 && { resolvedMs: Math.max(...resolved) }),
    facts: {
      jobs: members.slice(0, MAX_NAMES).map(({ subject }) => subject.name),
      jobCount: members.length,
    },
    queuedMs: Date.now(),
  };
}
