/**
 * The interface to the store's thread: calls as promises.
 */
import { Worker } from 'node:worker_threads';
import type { RawRequest } from '../spans/write-requests';
import { StoreError } from '../store-error';
import type { Call, CallName, Reply, StoreCalls, ThreadError, ThreadOptions } from './messages';

type Result<Name extends CallName> = Promise<ReturnType<StoreCalls[Name]>>;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: StoreError): void;
}

/** The thread. After it has ended, every call rejects with the same {@link StoreError}. */
export class StoreThread {
  readonly notices: readonly string[];
  /** Resolves if the thread ends before it is closed. */
  readonly failed: Promise<StoreError>;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  /** Error for further calls, once the thread has ended. */
  private ended: StoreError | undefined;

  private constructor(
    private readonly worker: Worker,
    notices: readonly string[],
  ) {
    this.notices = notices;
    worker.on('message', (reply: Reply) => this.settle(reply));
    this.failed = new Promise((resolve) => {
      const end = (why: string) => {
        const isClosed = this.ended !== undefined;
        this.ended ??= new StoreError('failed', `The store has failed: ${why}`);
        for (const { reject } of this.waiting.values()) reject(this.ended);
        this.waiting.clear();
        if (!isClosed) resolve(this.ended);
      };
      worker.on('error', ({ message }) => end(message));
      worker.on('exit', () => end('its thread has ended'));
    });
  }

  /** Starts the thread. Rejects with a {@link StoreError}. */
  static async start(options: ThreadOptions): Promise<StoreThread> {
    const worker = new Worker(require.resolve('./main'), { workerData: options });
    const first = await new Promise<Reply>((resolve, reject) => {
      const fail = (why: string, cause?: unknown) => reject(new StoreError('failed', why, { cause }));
      worker.once('message', resolve);
      worker.once('error', (error) => fail(`The store could not be opened: ${error.message}`, error));
      worker.once('exit', () => fail('The store has ended before it was open.'));
    });
    if ('ready' in first) return new StoreThread(worker, first.ready.notices);
    await worker.terminate();
    throw 'failed' in first
      ? toError(first.failed)
      : new StoreError('failed', 'The store did not report that it was open.');
  }

  /** Calls the thread. Rejects with a {@link StoreError}. */
  call<Name extends CallName>(name: Name, ...parameters: Parameters<StoreCalls[Name]>): Result<Name> {
    return this.post(name, parameters, []);
  }

  /**
   * Writes the requests. Their bytes are transferred, so they are empty afterwards. Rejects with a {@link
   * StoreError}.
   */
  write(requests: readonly RawRequest[]): Result<'write'> {
    const buffers = requests.map(({ bytes }) => bytes.buffer as ArrayBuffer);
    return this.post('write', [requests], buffers);
  }

  /** Closes the store after the pending calls. May be called twice. */
  async close(): Promise<void> {
    if (this.ended) return;
    const closing = this.call('close');
    this.ended = new StoreError('closed', 'The store is closed.');
    await closing;
    await this.worker.terminate();
  }

  private post<Name extends CallName>(
    name: Name,
    parameters: Parameters<StoreCalls[Name]>,
    transfer: readonly ArrayBuffer[],
  ): Result<Name> {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        reject(this.ended);
        return;
      }
      const id = ++this.lastId;
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      const call: Call = { id, name, parameters };
      this.worker.postMessage(call, transfer);
    });
  }

  private settle(reply: Reply): void {
    if (!('id' in reply)) return;
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(toError(reply.error));
    else waiting?.resolve(reply.value);
  }
}

function toError({ problem, message }: ThreadError): StoreError {
  return new StoreError(problem, message);
}
