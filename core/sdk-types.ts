/**
 * Messages between the SDK and its sandbox, under short names. Types only.
 */
import type { coresdk } from '@temporalio/proto';

/** Something that has happened and that a workflow acts on: its start, a signal, the result of a call. */
export type ActivationJob = coresdk.workflow_activation.IWorkflowActivationJob;

/** The job with which a run begins. */
export type InitializeWorkflow = coresdk.workflow_activation.IInitializeWorkflow;

/** The job that delivers a signal. */
export type SignalWorkflow = coresdk.workflow_activation.ISignalWorkflow;

/** Something that a workflow requests: a call, a timer, its end. */
export type Command = coresdk.workflow_commands.IWorkflowCommand;
