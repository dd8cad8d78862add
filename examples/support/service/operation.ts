/**
 * Spans of database operations, with the attributes of the semantic conventions.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-spans/
 */
import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('database');

/** Sets a statement's text on the operation's span and returns it. */
export type Sql = (text: string) => string;

/**
 * Runs `work` in a span with this name; an error is recorded on the span and thrown again.
 *
 * @param summary the operation and its table, as in `SELECT user_info`
 */
export function operation<T>(
  name: string,
  summary: `${'SELECT' | 'INSERT' | 'UPDATE'} ${string}`,
  work: (sql: Sql, span: Span) => Promise<T>,
): Promise<T> {
  const [operationName = '', collection = ''] = summary.split(' ');
  const attributes = {
    'db.system.name': 'postgresql',
    'db.operation.name': operationName,
    'db.collection.name': collection,
    'db.query.summary': summary,
  };
  return tracer.startActiveSpan(name, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    const sql: Sql = (text) => {
      span.setAttribute('db.query.text', text);
      return text;
    };
    try {
      return await work(sql, span);
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
      throw error;
    } finally {
      span.end();
    }
  });
}
