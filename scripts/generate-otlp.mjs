/**
 * `node scripts/generate-otlp.mjs`: generates console/ingest/otlp/messages.ts from the .proto files beside it, which are
 * unchanged copies from opentelemetry-proto (https://github.com/open-telemetry/opentelemetry-proto). To update, replace
 * them and the version here.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

const VERSION = '1.11.0';
const GENERATOR = 'protobufjs-cli@2.7.1';

const HEAD = `/**
 * Decoders of opentelemetry-proto ${VERSION}, Apache-2.0, copyright The OpenTelemetry Authors.
 *
 * Made by scripts/generate-otlp.mjs with ${GENERATOR}: do not edit.
 */
// @ts-nocheck
`;

/** Options of the generator: everything except decoding is left out. */
const FLAGS = [
  ...['--target', 'static-module', '--wrap', 'commonjs', '--root', 'job-tracing-otlp', '--no-comments'],
  ...[
    '--no-create',
    '--no-encode',
    '--no-verify',
    '--no-convert',
    '--no-delimited',
    '--no-typeurl',
    '--no-service',
  ],
];

const directory = join(ROOT, 'console', 'ingest', 'otlp');
const made = execFileSync(
  'npx',
  [
    ...['--yes', '--package', GENERATOR, '--', 'pbjs', ...FLAGS, '--path', 'proto'],
    join('proto', 'opentelemetry', 'proto', 'collector', 'trace', 'v1', 'trace_service.proto'),
  ],
  { cwd: directory, encoding: 'utf8' },
);
const module = made
  .replace(/^\/\*eslint-disable.*\n"use strict";\n/, '')
  .replace('var $protobuf = require("protobufjs/minimal");', "import $protobuf from 'protobufjs/minimal';")
  .replace('module.exports = $root;', 'export const messages = $root.opentelemetry.proto;')
  .replace(/^( {4})+/gm, (spaces) => ' '.repeat(spaces.length / 4));
writeFileSync(join(directory, 'messages.ts'), `${HEAD}${module.trim()}\n`);
