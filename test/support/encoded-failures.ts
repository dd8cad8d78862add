/**
 * A failure converter that hides messages and stacks from the server, as users configure it beside an encrypting codec.
 */
import { DefaultFailureConverter } from '@temporalio/common';

export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
