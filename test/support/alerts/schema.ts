/** Validates payloads with the JSON schema of the package. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const ajv = new Ajv2020({ allErrors: true, strictTypes: false });
addFormats.default(ajv);
const validate = ajv.compile(require('../../../../alerts/alert.schema.json'));

/** Returns the errors of the payload, one per line. */
export function schemaProblems(payload: unknown): string[] {
  if (validate(payload)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
