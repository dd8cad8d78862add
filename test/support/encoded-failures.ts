/** A failure converter that hides messages and stacks from the server, as users do beside a codec that encrypts. */
import { DefaultFailureConverter } from '@temporalio/common';

export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
