/** The export of finished spans: one set-up for the whole process, shared by its workers. */
export { autoInstrumentations } from './auto-instrumentations';
export {
  type AnyInstrumentation,
  type AnyResource,
  type AnySpanProcessor,
  type CheckedExportOptions,
  checkExportOptions,
  type SpanExportOptions,
} from './options';
export { acquireSpanExport, type SpanExport } from './span-export';
