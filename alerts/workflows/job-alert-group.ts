/**
 * `jobAlertGroup`: one message for several jobs with the same trouble. The jobs' incidents hand it what they would have
 * told; so each is told once, here or there.
 *
 * Sandbox code. Not traced.
 */
import { condition, defineQuery, defineSignal, setHandler, workflowInfo } from '@temporalio/workflow';
import { asInfrastructure } from '../../core/infrastructure';
import type { AlertMessage, AlertType, DeliveryOutcome, Subject } from '../incident/message';
import { IncidentMessage } from '../names';
import { jobAlertsDeliver } from './activities';

/** What a group is started with. */
export interface GroupStart {
  readonly type: AlertType;
  readonly to: readonly string[];
  /** How many incidents have been asked. */
  readonly members: number;
}

/** An incident's answer; without a message it has nothing new to tell. */
export interface GroupMember {
  readonly subject: Subject;
  readonly message: AlertMessage | null;
}

/** Answer to the query `status`. */
export interface GroupStatus {
  readonly jobs: readonly string[];
  readonly outcomes: Readonly<Record<string, DeliveryOutcome['status']>>;
}

/** Members that have not answered by then are told in a second message. */
const PATIENCE = '20 seconds';
/** Names in the message; the others are counted. */
const MAX_NAMES = 20;

export const jobAlertGroup = asInfrastructure(async function jobAlertGroup({
  type,
  to,
  members,
}: GroupStart): Promise<GroupStatus> {
  const told: string[] = [];
  const outcomes: Record<string, DeliveryOutcome['status']> = {};
  let answers = 0;
  let news: GroupMember[] = [];
  setHandler(defineQuery<GroupStatus>(IncidentMessage.status), () => ({ jobs: told, outcomes }));
  setHandler(defineSignal<[GroupMember]>(IncidentMessage.member), (member) => {
    answers++;
    if (member.message !== null) news.push(member);
  });
  for (let part = 1; ; part++) {
    const isComplete = await condition(() => answers >= members, PATIENCE);
    if (news.length === 0) break;
    const message = messageOf(type, part, news);
    told.push(...news.map(({ subject }) => subject.name));
    news = [];
    const subject: Subject = { kind: 'group', name: type };
    await Promise.all(
      to.map(async (channel) => {
        const outcome = await jobAlertsDeliver({ channel, subject, message }).catch(() => undefined);
        outcomes[channel] = outcome?.status ?? 'refused';
      }),
    );
    if (isComplete) break;
  }
  return { jobs: told, outcomes };
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
