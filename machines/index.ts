/** The charts. Each is pure, runs alone under `createActor`, and draws in any XState tool. */
import { admissionMachine } from './admission.ts';
import { accountMachine, appMachine } from './app.ts';
import { groupMachine } from './group.ts';
import { networkMachine } from './network.ts';
import { queueMachine } from './queue.ts';
import { serviceMachine } from './service.ts';
import { slotsMachine } from './slots.ts';
import { taskMachine } from './task.ts';
import { transferMachine } from './transfer.ts';

export * from './admission.ts';
export * from './app.ts';
export * from './differences.ts';
export * from './group.ts';
export * from './network.ts';
export * from './queue.ts';
export * from './rules.ts';
export * from './service.ts';
export * from './slots.ts';
export * from './task.ts';
export * from './transfer.ts';
export * from './vocabulary.ts';
export * from './waiting.ts';

/** All of them, for the engine, the documentation and the fuzzer. */
export const machines = {
  admission: admissionMachine,
  task: taskMachine,
  transfer: transferMachine,
  queue: queueMachine,
  slots: slotsMachine,
  app: appMachine,
  account: accountMachine,
  group: groupMachine,
  network: networkMachine,
  service: serviceMachine,
} as const;
