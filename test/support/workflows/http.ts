/** What a user's bundle has for HTTP jobs, and a workflow of a user's that calls services by itself. */
import { proxyActivities } from '@temporalio/workflow';
import type { HttpActivities } from 'temporal-job-tracing/activities';
import type { HttpRequest, HttpResponse } from 'temporal-job-tracing/workflows';

export { httpJob } from 'temporal-job-tracing/workflows';

const { httpRequest } = proxyActivities<HttpActivities>({
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 2, initialInterval: 10 },
});

/** One request after the other. */
export async function callsServices(requests: HttpRequest[]): Promise<HttpResponse[]> {
  const answers: HttpResponse[] = [];
  for (const request of requests) answers.push(await httpRequest(request));
  return answers;
}
