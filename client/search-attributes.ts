/**
 * The search attributes of a namespace: reading them, comparing them with those we need, registering them.
 *
 * Used by the client (with a `Connection`) and the worker (with a `NativeConnection`). An upsert of an
 * attribute that is not registered, or has another type, leaves a run stuck: nothing may be bound before
 * {@link readSearchAttributes} has found all of them with the right types.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionLike } from '@temporalio/client';
import { SEARCH_ATTRIBUTES, type SearchAttributeName } from '../core/search-attributes';
import { SearchAttributesError, type SearchAttributesProblem, type WrongSearchAttribute } from './errors';
import { GrpcStatus, grpcStatusOf } from './grpc-status';

/** The part of a `Connection` or `NativeConnection` that search attributes are read and registered with. */
export type SearchAttributesConnection = Pick<
  ConnectionLike,
  'operatorService' | 'workflowService' | 'withDeadline'
>;

/** The search attributes of a namespace, compared with {@link SEARCH_ATTRIBUTES}. */
export interface SearchAttributesReport {
  /** Names of the attributes that are registered with the right type. */
  readonly present: readonly SearchAttributeName[];
  readonly missing: readonly SearchAttributeName[];
  readonly wrongType: readonly WrongSearchAttribute[];
}

/** Result of registering the search attributes. */
export interface SearchAttributesRegistration {
  /** Names of the attributes that this call registered. */
  readonly added: readonly SearchAttributeName[];
  /** Names of the attributes that were already registered, with the right type. */
  readonly present: readonly SearchAttributeName[];
}

const NAMES = Object.freeze(Object.keys(SEARCH_ATTRIBUTES)) as readonly SearchAttributeName[];
/** Time limit of a read or a registration, in milliseconds; the SDK's pause before a retry can add 6 s. */
const TIMEOUT_MS = 10_000;
/** Pause between checks whether a registered attribute is listed, in milliseconds. */
const LOOK_AGAIN_MS = 100;

/** Type names as the CLI writes them, by `temporal.api.enums.v1.IndexedValueType`. */
const TYPE_NAMES: readonly string[] = Object.freeze([
  'Unspecified',
  'Text',
  'Keyword',
  'Int',
  'Double',
  'Bool',
  'Datetime',
  'KeywordList',
]);
/** Number of columns that SQL visibility has for each type that we need. */
const MAX_OF_TYPE = Object.freeze({ Keyword: 10, Bool: 3 });
const EXPECTED_TYPES = Object.freeze({ KEYWORD: 'Keyword', BOOL: 'Bool' });
/** Matches the columns of SQL visibility: `Keyword01`, `Bool03` … */
const COLUMN = /^([A-Za-z]+)\d\d$/;

/**
 * Compares a namespace's types by attribute name, as in `{ TraceId: 'Keyword' }`, with the required ones.
 * Pure.
 */
function compareSearchAttributes(types: ReadonlyMap<string, string>): SearchAttributesReport {
  const wrongType = NAMES.flatMap((name) => {
    const [expected, actual] = [expectedType(name), types.get(name)];
    return actual === undefined || actual === expected ? [] : [Object.freeze({ name, expected, actual })];
  });
  return Object.freeze({
    present: Object.freeze(NAMES.filter((name) => types.get(name) === expectedType(name))),
    missing: Object.freeze(NAMES.filter((name) => !types.has(name))),
    wrongType: Object.freeze(wrongType),
  });
}

/**
 * Reads the search attributes of the namespace. Takes at most 16 seconds.
 *
 * @throws {SearchAttributesError} `denied` or `unavailable`, with the server's error as its cause
 */
export async function readSearchAttributes(
  connection: SearchAttributesConnection,
  namespace: string,
): Promise<SearchAttributesReport> {
  try {
    return await connection.withDeadline(Date.now() + TIMEOUT_MS, async () =>
      compareSearchAttributes(await readTypes(connection, namespace)),
    );
  } catch (error) {
    throw failure('read', namespace, NAMES, error);
  }
}

/**
 * Registers the missing attributes and waits until they are listed. Takes at most 48 seconds; concurrent
 * calls are safe.
 *
 * @throws {SearchAttributesError} with the commands to run instead; nothing is registered if one has a wrong
 *   type
 */
export async function registerSearchAttributes(
  connection: SearchAttributesConnection,
  namespace: string,
): Promise<SearchAttributesRegistration> {
  const { present, missing, wrongType } = await readSearchAttributes(connection, namespace);
  if (wrongType.length > 0) throw wrongTypeError(namespace, missing, wrongType);
  if (missing.length === 0) return Object.freeze({ added: missing, present });
  const deadline = Date.now() + TIMEOUT_MS;
  try {
    await connection.withDeadline(deadline, async () => {
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing.map((name) => [name, typeCode(name)])),
      });
      // A server with a cache lists them a little later.
      while (compareSearchAttributes(await readTypes(connection, namespace)).missing.length > 0) {
        await sleep(LOOK_AGAIN_MS);
      }
    });
  } catch (error) {
    throw await registrationFailure(connection, namespace, missing, error);
  }
  return Object.freeze({ added: missing, present });
}

/** Returns the error for a failed registration; if the namespace is full, it names how many attributes to remove. */
async function registrationFailure(
  connection: SearchAttributesConnection,
  namespace: string,
  missing: readonly SearchAttributeName[],
  cause: unknown,
): Promise<SearchAttributesError> {
  if (problemOf('register', cause) !== 'limit') return failure('register', namespace, missing, cause);
  const types = await connection
    .withDeadline(Date.now() + TIMEOUT_MS, () => readTypes(connection, namespace))
    .catch(() => new Map<string, string>());
  return failure('register', namespace, missing, cause, roomNeeded(types, missing));
}

/**
 * Returns how many attributes of each type to remove, as in `free 4 of type Keyword (10 of 10 are taken: …)`.
 * Pure.
 */
function roomNeeded(types: ReadonlyMap<string, string>, missing: readonly SearchAttributeName[]): string {
  const parts = Object.entries(MAX_OF_TYPE).flatMap(([type, max]) => {
    const taken = [...types].filter(([, other]) => other === type).map(([name]) => name);
    const others = taken.filter((name) => !Object.hasOwn(SEARCH_ATTRIBUTES, name));
    const count = taken.length + missing.filter((name) => expectedType(name) === type).length - max;
    return count > 0
      ? [`${count} of type ${type} (${taken.length} of ${max} are taken: ${others.join(', ')})`]
      : [];
  });
  return parts.length === 0
    ? ''
    : ` Free ${parts.join(' and ')} with \`temporal operator search-attribute remove\`.`;
}

/** Returns why the attributes cannot be bound, with the command that helps; `undefined` if they can. Pure. */
export function unusableBecause(
  namespace: string,
  { missing, wrongType }: SearchAttributesReport,
): string | undefined {
  if (wrongType.length > 0) return wrongTypeError(namespace, missing, wrongType).message;
  if (missing.length === 0) return undefined;
  const advice = adviceToRegister(registrationCommands(namespace, missing));
  return `search attributes of namespace ${namespace}: not registered: ${missing.join(', ')}. ${advice}`;
}

/** Returns the commands that register the attributes, for the Temporal CLI and for Temporal Cloud. Pure. */
function registrationCommands(namespace: string, names: readonly SearchAttributeName[]): readonly string[] {
  const cli = names.map((name) => ` --name ${name} --type ${expectedType(name)}`).join('');
  const cloud = names.map((name) => ` --search-attribute "${name}=${expectedType(name)}"`).join('');
  return Object.freeze([
    `temporal operator search-attribute create --namespace ${namespace}${cli}`,
    `tcld namespace search-attributes add --namespace ${namespace}${cloud}`,
  ]);
}

function adviceToRegister([cli, cloud]: readonly string[]): string {
  return `Somebody with the permission can run \`${cli}\` (Temporal Cloud: \`${cloud}\`).`;
}

async function readTypes(connection: SearchAttributesConnection, namespace: string) {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const types = Object.entries(customAttributes).map(([name, code]) => [name, typeName(code)] as const);
    return new Map(types);
  } catch (error) {
    const types = isDenied(error) ? await readTypesFromNamespace(connection, namespace) : undefined;
    if (types === undefined) throw error;
    return types;
  }
}

/**
 * Returns the types that a caller without operator rights can see, from the namespace's column aliases.
 * `undefined` if the namespace has no such columns (Elasticsearch, or no attributes at all).
 */
async function readTypesFromNamespace(connection: SearchAttributesConnection, namespace: string) {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  const columns = Object.entries(config?.customSearchAttributeAliases ?? {});
  if (columns.length === 0) return;
  return new Map(columns.map(([column, name]) => [name, COLUMN.exec(column)?.[1] ?? column]));
}

function expectedType(name: SearchAttributeName): string {
  return EXPECTED_TYPES[SEARCH_ATTRIBUTES[name]];
}

function typeCode(name: SearchAttributeName): number {
  return TYPE_NAMES.indexOf(expectedType(name));
}

function typeName(code: number | null | undefined): string {
  return TYPE_NAMES[code ?? 0] ?? `type ${code}`;
}

function isDenied(error: unknown): boolean {
  const status = grpcStatusOf(error);
  return (
    status === GrpcStatus.PERMISSION_DENIED ||
    status === GrpcStatus.UNAUTHENTICATED ||
    status === GrpcStatus.UNIMPLEMENTED
  );
}

function failure(
  action: 'read' | 'register',
  namespace: string,
  missing: readonly SearchAttributeName[],
  cause: unknown,
  room = '',
): SearchAttributesError {
  const problem = problemOf(action, cause);
  const commands = registrationCommands(namespace, missing);
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message =
    `search attributes of namespace ${namespace}: could not ${action} them: ${reason}.${room} ` +
    adviceToRegister(commands);
  return new SearchAttributesError(
    message,
    { problem, namespace, missing, wrongType: [], commands },
    { cause },
  );
}

function problemOf(action: 'read' | 'register', cause: unknown): SearchAttributesProblem {
  if (isDenied(cause)) return 'denied';
  const refused = action === 'register' && grpcStatusOf(cause) === GrpcStatus.INVALID_ARGUMENT;
  return refused ? 'limit' : 'unavailable';
}

function wrongTypeError(
  namespace: string,
  missing: readonly SearchAttributeName[],
  wrongType: readonly WrongSearchAttribute[],
): SearchAttributesError {
  const found = wrongType.map(({ name, expected, actual }) => `${name} is ${actual}, must be ${expected}`);
  const names = wrongType.map(({ name }) => name);
  const remove = names.map((name) => ` --name ${name}`).join('');
  const commands = [
    `temporal operator search-attribute remove --namespace ${namespace}${remove}`,
    ...registrationCommands(namespace, [...names, ...missing]),
  ];
  const message =
    `search attributes of namespace ${namespace}: ${found.join(', ')}. A type cannot be changed; if nothing ` +
    `else needs them, run \`${commands[0]}\`, then \`${commands[1]}\`.`;
  return new SearchAttributesError(message, {
    problem: 'wrong-type',
    namespace,
    missing,
    wrongType,
    commands,
  });
}
