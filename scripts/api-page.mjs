import { owners } from './members.mjs';
import { seen } from './seen.mjs';

/**
 * Every published member with its status, found by using the build.
 * @throws when a member is missing without a reason, has another value than published, or is there though said to be missing.
 */
export async function apiPage(generated) {
  const found = await seen();
  const parts = [
    '# The members of `@ohos.request`',
    generated,
    'Every member published up to API level 22. A status is found by using the module: constants are compared, functions ' +
      'looked for, events listened to; a field of a config is supported when it is read, a field of an answer when it is ' +
      'told. Members of the static language variant (level 23) are seen by no code of the dynamic one, and left out.',
  ];
  for (const each of owners) parts.push(heading(each), tableOf(each, found));
  return `${parts.join('\n\n')}\n`;
}

const kinds = {
  constant: 'constants',
  enum: 'enumeration',
  functions: 'functions',
  interface: 'fields',
  object: 'members',
};

function heading({ owner, kind, since, members }) {
  const name = owner === 'agent' ? 'request.agent' : owner === 'request' ? owner : `request.${owner}`;
  return `## \`${name}\`: ${kinds[kind]}\n\nSince ${since}; ${Object.keys(members).length} in all.`;
}

function tableOf({ owner, since, members }, found) {
  const hasValues = Object.values(members).some(({ value }) => value !== undefined);
  const rows = Object.entries(members).map(([name, member]) => {
    const value = hasValues ? ` ${JSON.stringify(member.value)} |` : '';
    return `| \`${name.replaceAll('|', '\\|')}\` |${value} ${member.since ?? since} | ${statusOf(owner, name, member, found)} |`;
  });
  const head = hasValues
    ? ['| member | value | since | status |', '| --- | --- | --- | --- |']
    : ['| member | since | status |', '| --- | --- | --- |'];
  return [...head, ...rows].join('\n');
}

function statusOf(owner, name, { value, remark, missing }, found) {
  const isThere = placesOf(owner, name).every((place) =>
    value === undefined ? found.has(place) : found.get(place) === value,
  );
  if (isThere !== (missing === undefined)) {
    throw new Error(`${owner}.${name} is ${isThere ? 'there, though said to be missing' : 'missing without a reason'}`);
  }
  if (missing !== undefined) return `unsupported: ${missing}`;
  return remark === undefined ? 'supported' : `supported; ${remark}`;
}

/** Where a member is looked for: an overload by the name of its function, several events one by one. */
function placesOf(owner, name) {
  const [, call, events] = /^(on|off)\((.*)\)$/.exec(name) ?? [];
  if (call === undefined) return [`${owner}.${name.replace(/\(.*/, '')}`];
  return events.split(' | ').map((event) => `${owner}.${call}(${event})`);
}
