/**
 * Channel `slack`: an incoming webhook. All text from users is escaped, so that it can neither mention people
 * nor form links, and cut to Slack's limits.
 *
 * @see https://docs.slack.dev/messaging/formatting-message-text
 */
import type { SecretProvider } from '../../core/http/secrets';
import type { SlackChannel } from '../config/types';
import type { AlertPayload, AlertPayloadData } from '../payload';
import type { ChannelRequest } from './post';
import { revealAddress } from './secrets';

/** Most characters in a section block. */
const MAX_SECTION = 3_000;
const MAX_CONTEXT = 2_000;
const MAX_ERROR = 1_000;
const MAX_LINK = 900;

/**
 * Returns the request that posts the message to the channel.
 *
 * @throws {SecretError} if a secret of the channel cannot be read
 */
export async function slackRequest(
  channel: SlackChannel,
  payload: AlertPayload,
  secrets: SecretProvider,
): Promise<ChannelRequest> {
  return {
    url: await revealAddress(channel.url, secrets),
    headers: {},
    body: JSON.stringify(slackMessage(payload)),
  };
}

/** Returns the message in Slack's format. Pure. */
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

/** Returns the text as a code block on lines of its own. */
function quoted(text: string): string {
  return ['\n```', bounded(escaped(text), MAX_ERROR).replaceAll('`', "'"), '```'].join('');
}

function detailsOf({ namespace, run, since }: AlertPayloadData): string[] {
  if (run === undefined) return [`namespace ${namespace}, since ${since}`];
  return [
    `run ${run.workflowId} ${run.runId}`,
    `TraceId ${run.traceId}${run.recorded === false ? ' (not sampled)' : ''}`,
    `namespace ${namespace}, due ${run.due}`,
  ];
}

function linksOf({ links = {} }: AlertPayloadData): string[] {
  const named = { Trace: links.trace, Run: links.run, 'Web UI': links.webUi };
  return Object.entries(named).flatMap(([name, url]) =>
    // A `|` would start the label; a truncated link would be broken.
    url === undefined || url.length > MAX_LINK ? [] : [`<${escaped(url).replaceAll('|', '%7C')}|${name}>`],
  );
}

/** Returns the text without Slack's control sequences, such as `<!channel>`, which notifies everybody. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/@(?=here|channel|everyone)/gi, '@\u200b');
}

/** Cuts the text to the length, never inside an escape sequence or a surrogate pair. */
function bounded(text: string, length = MAX_SECTION): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/&[a-z]{0,3}$|[\ud800-\udbff]$/, '')}…`;
}
