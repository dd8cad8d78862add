/**
 * Finds symbols and phrases that the project no longer uses, and names their replacements. Part of `npm run check`.
 *
 * The patterns are of symbols and phrases, not of plain words, so that no legitimate use is refused.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

const RETIRED = [
  { pattern: /\b(hostMark|HostNotice|noticeOf)\b/, instead: 'HostHint' },
  { pattern: /\b(askFor|idsToAsk)\b/, instead: 'decideNewRun, candidateIds' },
  { pattern: /\b(SandboxSpan|foreignSpan)\b/, instead: 'RecordingSpan, NonRecordingSpan' },
  { pattern: /\b(toResourceQuery|__resourceQuery)\b/, instead: 'encodeOptions' },
  { pattern: /\b(isBelow|ABOVE_ALL_DIGITS)\b/, instead: 'isUnsampled' },
  { pattern: /\bpassive (run|parent|child)/, instead: 'untraced' },
  { pattern: /\b(JobFacts|ErrorFacts)\b/, instead: 'JobMetadata, ErrorSummary' },
  { pattern: /\b(JobPart|HttpAnswer)\b/, instead: 'JobHeader, HttpResponse' },
  { pattern: /\bjobContext\b/, instead: 'jobInfo' },
  { pattern: /\b(foldName|QueueNews)\b/, instead: 'withoutIds, QueueChange' },
  { pattern: /\bwhole number/, instead: 'integer' },
  { pattern: /\btime to come\b/, instead: 'future time' },
  {
    pattern: /\bis no (text|string|number|integer|valid|error|success|failure|shard|list|time zone)\b/,
    instead: '"is not a"',
  },
];

/** This file, and recorded data. */
const IGNORED = /^scripts\/retired-words\.mjs$|^test\/histories\//;
const SOURCES = ['*.ts', '*.tsx', '*.mjs', '*.md', '*.css', '*.html'];

/** Returns a line for each occurrence. */
export function findRetiredWords() {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...SOURCES], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return files
    .split('\n')
    .filter((file) => file !== '' && !IGNORED.test(file) && existsSync(join(ROOT, file)))
    .flatMap((file) =>
      readFileSync(join(ROOT, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => problemsOf(line).map((problem) => `${file}:${index + 1}: ${problem}`)),
    );
}

function problemsOf(line) {
  return RETIRED.filter(({ pattern }) => pattern.test(line)).map(
    ({ pattern, instead }) => `"${pattern.exec(line)[0]}": write ${instead}`,
  );
}
