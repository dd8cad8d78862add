/** Patterns of what the game example prints about a slow run in the lane gray. */

/** The part that leads from the service's log to the run; captures the part and the run's TraceId. */
export const GRAY_STORY =
  /^From the TraceId to what the service logged(?<story>(?:(?!^From the TraceId to what).|\n)*?^ {2}trace (?<traceId>[0-9a-f]{32}) (?:(?!^From the TraceId to what).|\n)*? in pairs[\s\S]*?)^the service counts/m;

/** Returns a pattern of the alert about that run, sent while it was running or just after it closed. */
export function alertAbout(traceId: string): RegExp {
  return new RegExp(
    `^ALERT {2}season-close (?:is|was) slow: .* \\(limit 1\\.0 s\\).*\\n {7}TraceId ${traceId}\\n(?: {7}(?<page>http:\\S+)\\n)?`,
    'm',
  );
}
