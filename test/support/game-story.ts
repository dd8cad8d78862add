/** What the game prints of a slow run in the lane gray. */

/** From the log of the service to whom it served: the run's TraceId, and all in between. */
export const GRAY_STORY =
  /^From the TraceId to what the service logged(?<story>(?:(?!^From the TraceId to what).|\n)*?^ {2}trace (?<traceId>[0-9a-f]{32}) (?:(?!^From the TraceId to what).|\n)*? in pairs[\s\S]*?)^the service counts/m;

/** The alert about that run, which came while it went on, or just after its end. */
export function alertAbout(traceId: string): RegExp {
  return new RegExp(
    `^ALERT {2}season-close (?:is|was) slow: .* \\(limit 1\\.0 s\\).*\\n {7}TraceId ${traceId}\\n(?: {7}(?<page>http:\\S+)\\n)?`,
    'm',
  );
}
