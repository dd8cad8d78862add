/**
 * Test reporter that writes only the results of the tests, and the files in which one failed:
 * `{"passed":1,"failed":0,"skipped":0,"failedFiles":[]}`.
 */

const SUMMARY = /^(pass|fail|cancelled|skipped|todo) (\d+)$/;

// biome-ignore lint/style/noDefaultExport: node:test takes a reporter from the default export
export default async function* testCounts(events) {
  const counts = { pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
  const failedFiles = new Set();
  for await (const { type, data } of events) {
    if (type === 'test:fail' && data.file) failedFiles.add(data.file);
    const [, name, count] = (type === 'test:diagnostic' && SUMMARY.exec(data.message)) || [];
    if (name) counts[name] = Number(count);
  }
  const { pass: passed, fail, cancelled, skipped, todo } = counts;
  const ended = { passed, failed: fail + cancelled, skipped: skipped + todo };
  yield JSON.stringify({ ...ended, failedFiles: [...failedFiles] });
}
