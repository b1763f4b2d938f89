import { placeOf } from './places.ts';
import type { CallStep, CreateStep, Step, Variant, WorldMove } from './steps.ts';
import { wireOf } from './wires.ts';

/** A step as a sentence. */
export function sentenceOf(step: Step): string {
  switch (step.do) {
    case 'create':
      return creation(step);
    case 'call':
      return called(step);
    case 'place':
      return `the disk has a file that ${placeOf(step.place, step.action)?.says ?? ''}`;
    case 'wire':
      return wireOf(step.wire).says;
    case 'world':
      return moves[step.move];
  }
}

const moves: Record<WorldMove, string> = {
  appLeaves: 'the app leaves the foreground',
  graceEnds: 'a minute passes, and the grace of the app with it',
  offline: 'the network is lost',
  cellular: 'the device changes from Wi-Fi to a cellular network',
  userLeaves: 'another user takes the device',
  serviceDies: 'the background service goes down',
  storeFills: 'the store is full',
  fileBreaks: 'a directory takes the place of the file of the task',
  moment: 'a moment passes, and the first try fails',
  wait: 'two minutes pass, and what was under way has ended',
  week: 'eight days pass, and the clean-up comes by',
};

const variants: Record<Variant, string> = {
  plain: '',
  token: ' with a token',
  noRetry: ' that may not wait for the network',
  wifiOnly: ' that wants Wi-Fi and may not wait for it',
  dataNoArray: ', with data that is no array',
};

/** The call that creates a task, as a program names it. */
export function creatorOf({ api, action }: CreateStep): string {
  if (api === 'agent') return 'agent.create';
  return action === 'download' ? 'downloadFile' : 'uploadFile';
}

function creation(step: CreateStep): string {
  const { mode, action, variant, place, times } = step;
  const many = times > 1;
  const kind = `${mode === 'foreground' ? 'foreground ' : ''}${action}${many ? 's' : ''}`;
  const file = place === 'usable' ? '' : ` whose file ${placeOf(place, action)?.says ?? ''}`;
  const article = /^[aeiou]/.test(kind) ? 'an' : 'a';
  return `${creatorOf(step)} of ${many ? `${times} ${kind}` : `${article} ${kind}`}${variants[variant]}${file}`;
}

function called({ operation, of, by }: CallStep): string {
  const who = by === 'other' ? 'another app calls ' : '';
  const whom = { task: 'the task', never: 'a task that never was', overlong: 'an id of 33 characters', none: '' }[of];
  if (operation === 'createGroup') return 'agent.createGroup';
  if (operation === 'search') return 'agent.search';
  if (operation === 'attachGroup') return 'agent.attachGroup with the task';
  if (operation === 'remove' || operation === 'show') return `${who}agent.${operation} of ${whom}`;
  return `task.${operation}`;
}
