/**
 * Channel `slack`: an incoming webhook. Everything that users wrote is escaped, so that it can mention nobody and link
 * nowhere, and bounded.
 *
 * @see https://docs.slack.dev/messaging/formatting-message-text
 */
import type { SecretProvider } from '../../core/http/secrets';
import type { SlackChannel } from '../config/types';
import type { AlertPayload, AlertPayloadData } from '../payload';
import type { ChannelRequest } from './post';
import { reveal } from './secrets';

/** Slack refuses longer sections. */
const MAX_SECTION = 3_000;
const MAX_CONTEXT = 2_000;
const MAX_ERROR = 1_000;
const MAX_LINK = 900;

/** @throws SecretError that names a secret which cannot be had */
export async function slackRequest(
  channel: SlackChannel,
  payload: AlertPayload,
  secrets: SecretProvider,
): Promise<ChannelRequest> {
  return {
    url: await reveal(channel.url, secrets),
    headers: {},
    body: JSON.stringify(slackMessage(payload)),
  };
}

/** The message as Slack takes it. Pure. */
export function slackMessage({ type, data }: AlertPayload): object {
  const mark = data.state === 'resolved' ? ':white_check_mark:' : ':rotating_light:';
  const error = data.error === undefined ? '' : quoted(data.error.message);
  const head = section(`${mark} *${escaped(type)}* ${escaped(data.text)}`, error);
  const links = linksOf(data);
  return {
    // For notifications, and for readers without blocks.
    text: bounded(`${escaped(type)}: ${escaped(data.text)}`),
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      head,
      ...(links.length > 0 ? [section(links.join(' · '))] : []),
      {
        type: 'context',
        elements: [{ type: 'plain_text', text: bounded(detailsOf(data).join('\n'), MAX_CONTEXT) }],
      },
    ],
  };
}

function section(text: string, more = ''): object {
  return { type: 'section', text: { type: 'mrkdwn', text: bounded(text, MAX_SECTION - more.length) + more } };
}

/** A block of code of its own, below the sentence. */
function quoted(text: string): string {
  return ['\n```', bounded(escaped(text), MAX_ERROR).replaceAll('`', "'"), '```'].join('');
}

function detailsOf({ namespace, run, since }: AlertPayloadData): string[] {
  if (run === undefined) return [`namespace ${namespace}, since ${since}`];
  return [
    `run ${run.workflowId} ${run.runId}`,
    `TraceId ${run.traceId}${run.recorded === false ? ' (not recorded)' : ''}`,
    `namespace ${namespace}, due ${run.due}`,
  ];
}

function linksOf({ links = {} }: AlertPayloadData): string[] {
  const named = { Trace: links.trace, Run: links.run, 'Web UI': links.webUi };
  return Object.entries(named).flatMap(([name, url]) =>
    // A bar would begin the label; a link that is cut leads nowhere.
    url === undefined || url.length > MAX_LINK ? [] : [`<${escaped(url).replaceAll('|', '%7C')}|${name}>`],
  );
}

/** Without a meaning for Slack: `<!channel>` would tell everybody. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/@(?=here|channel|everyone)/gi, '@\u200b');
}

/** Cut to the length that Slack takes; never within an escaped character. */
function bounded(text: string, length = MAX_SECTION): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/&[a-z]{0,3}$|[\ud800-\udbff]$/, '')}…`;
}
