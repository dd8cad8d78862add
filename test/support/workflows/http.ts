/** Workflows of a user's bundle for HTTP jobs: `httpJob`, and a workflow of the user that calls `httpRequest`. */
import { proxyActivities } from '@temporalio/workflow';
import type { HttpActivities } from 'temporal-job-tracing/activities';
import type { HttpRequest, HttpResponse } from 'temporal-job-tracing/workflows';

export { httpJob } from 'temporal-job-tracing/workflows';

const { httpRequest } = proxyActivities<HttpActivities>({
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 2, initialInterval: 10 },
});

/** Sends one request after the other; returns the responses. */
export async function callsServices(requests: HttpRequest[]): Promise<HttpResponse[]> {
  const responses: HttpResponse[] = [];
  for (const request of requests) responses.push(await httpRequest(request));
  return responses;
}
