// The pages of the cloud services: what causes which row, and what the engine makes of it. From the services' own
// conditions, and from real transfers against the real servers.
import { loadService, serviceNames } from '../dist/cloud/http.js';
import { catalogues, travels } from '../dist/errors.js';
import { verdictsOf } from './verdicts.mjs';

/** Settings under which a service tells errors as successes. */
const traps = {
  'tencent-ci': [
    {
      what: 'The picture is gone, and `options.placeholder` serves another (−6101)',
      scenario: { settings: { options: { placeholder: true } }, faults: [{ on: '*', code: -6101 }] },
    },
  ],
  gokuai: [],
  'tencent-cos-v4': [
    {
      what: '`options.errorsAs200`, and the name is taken (−177)',
      scenario: { settings: { options: { errorsAs200: true } }, faults: [{ on: '*', code: -177 }] },
    },
  ],
  'baidu-pcs': [
    {
      what: '`options.expiredAs111`, and the token is over age (111)',
      scenario: { settings: { options: { expiredAs111: true }, tokens: [{ issuedMs: 0 }] } },
    },
    {
      what: '`options.errorsAs200`, and the name is taken (31061)',
      scenario: { settings: { options: { errorsAs200: true } }, faults: [{ on: '*', code: 31061 }] },
    },
  ],
};

/** @returns {Promise<Record<string, string>>} path below docs/reference → text */
export async function cloudPages(generated) {
  const plan = serviceNames.flatMap((service) => [
    ...rowsOf(service).map((row) => ({ service, row, scenario: { faults: [faultOf(row)] } })),
    ...traps[service].map((trap) => ({ service, ...trap })),
  ]);
  const verdicts = await verdictsOf(plan);
  const cases = plan.map((each, index) => ({ ...each, verdict: verdicts[index] }));
  const pages = {};
  const naturals = [];
  for (const service of serviceNames) {
    const { conditions, operations } = await loadService(service);
    naturals.push({ service, conditions });
    const own = cases.filter((each) => each.service === service);
    pages[`cloud/${service}.md`] = page({ service, conditions, operations, cases: own, generated });
  }
  return { 'cloud/natural.md': naturalPage(naturals, generated), ...pages };
}

const noTrap =
  'None: every error comes under a status of 400 or more. But an upload server answers 202 while it is not done yet, and a task takes that for success.';

const rowsOf = (service) => catalogues[service].filter(travels);

/** Once: what a redirect leads to answers as it is. */
function faultOf({ code, section, name }) {
  return { on: '*', code, section, times: 1, ...(name === undefined ? {} : { name }) };
}

function page({ service, conditions, operations, cases, generated }) {
  const rows = cases.filter(({ row }) => row !== undefined);
  const trapped = cases.filter(({ what }) => what !== undefined);
  return `${[
    `# ${service}`,
    generated,
    `What the service behind \`npx longshore serve ${service}\` does.`,
    '## Operations',
    table(['operation', 'what it does'], Object.entries(operations)),
    '## What the engine makes of each row',
    `Each of the ${rows.length} rows that travel was answered once to a download and once to an upload of the engine, over a ` +
      'socket. What an app can read of an error is the `response` event; it never sees the body. By the rules of a device a ' +
      'status that is not registered has no `response` event either. A redirect is followed: what it leads to answers.',
    table(['code', 'text', 'a download', 'an upload', 'the app reads'], rows.map(verdictRow)),
    ...(trapped.length === 0
      ? [`## Status 200 with an error inside`, noTrap]
      : [
          '## Status 200 with an error inside',
          'The task completes. Only the bytes say otherwise.',
          ...trapped.map(trapText),
        ]),
    '## What causes which row',
    `${new Set(conditions.map(keyOf)).size} rows come by themselves, when a client does this:`,
    conditionTable(conditions),
  ].join('\n\n')}\n`;
}

function naturalPage(naturals, generated) {
  const counted = naturals.map(({ service, conditions }) => [service, new Set(conditions.map(keyOf)).size]);
  const sum = counted.reduce((total, [, count]) => total + count, 0);
  return `${[
    '# Natural errors',
    generated,
    `Rows that a client can cause by what it does, without any fault rule: ${sum}. Each cause is provoked by a test.`,
    table(
      ['service', 'rows', 'codes'],
      counted.map(([service, count], index) => [
        `[${service}](${service}.md)`,
        count,
        [...new Set(naturals[index].conditions.map(({ code }) => code))].join(' '),
      ]),
    ),
  ].join('\n\n')}\n`;
}

const keyOf = ({ code, section = '', name = '' }) => `${code} ${section} ${name}`;

function conditionTable(conditions) {
  return table(
    ['code', 'operation', 'answered when'],
    conditions.map(({ code, section, name, operation, when }) => [
      [code, section, name].filter((part) => part !== undefined).join(', '),
      operation,
      when,
    ]),
  );
}

function verdictRow({ row, verdict: { download, upload } }) {
  return [
    row.code,
    row.name ?? row.message ?? row.description,
    ending(download),
    ending(upload),
    readable(download, upload),
  ];
}

function ending({ state, reason, fault }) {
  return state === 'completed' ? '**completed**' : `${state}: ${reason}, ${fault}`;
}

function readable(download, upload) {
  return [...new Set([download, upload].map(heardOf))].join('; ');
}

function heardOf({ status, errno }) {
  if (status === undefined) return 'no response';
  return errno === undefined ? `status ${status}` : `status ${status}, X-ErrNo ${errno}`;
}

function trapText({ what, verdict: { download, upload } }) {
  const file = download.content === null ? '' : `, and the file holds ${shown(download.content)}`;
  const body =
    upload.state === 'completed' ? `, and the body that \`completed\` carries is ${shown(upload.body ?? '')}` : '';
  return `- ${what}. A download ends ${ending(download)}${file}. An upload ends ${ending(upload)}${body}.`;
}

/** Texts as they are, pictures by their length. */
function shown(bytes) {
  const content = Buffer.from(bytes);
  // What differs from run to run says nothing.
  const text = content.toString().replace(/"request_id":("[^"]*"|\d+)/, '"request_id":…');
  return /^[ -~…]*$/.test(text) ? `\`${text}\`` : `${content.length} bytes of a picture`;
}

function table(heads, rows) {
  const line = (cells) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}
