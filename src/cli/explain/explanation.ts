import type { Condition, ServiceName } from '../../cloud/service.ts';
import {
  type ErrorRow,
  holeOf,
  isError,
  lookUp,
  type Meaning,
  meaningOf,
  type Remedy,
  type Row,
  remedyOf,
  travels,
} from '../../errors/index.ts';
import type { Raised } from './charts.ts';
import type { OnTheWire } from './cloud.ts';
import { deviceTextOf } from './device-texts.ts';
import { isUnlisted, type UnlistedRow } from './unlisted.ts';

/** All that is known of a row: what is published, word for word, and what longshore adds. */
export interface Explanation extends ErrorRow {
  /** Is it a row of a published table? */
  readonly inCatalogue: boolean;
  readonly meaning: Meaning;
  /** For HarmonyOS: what a device says in place of the message; null where it says the same. */
  readonly deviceText: string | null;
  /** False for success and redirects. */
  readonly isError: boolean;
  /** Does a server send it? */
  readonly travels: boolean;
  /** What a server fills into the text; null for a text that is complete. */
  readonly hole: string | null;
  /** Null where the table itself says what to do. */
  readonly remedy: Remedy | null;
  /** For HarmonyOS: the calls that raise it. */
  readonly raised: Raised | null;
  /** For the cloud: how it looks there, and what causes it. */
  readonly onTheWire: OnTheWire | null;
  readonly conditions: readonly Pick<Condition, 'operation' | 'when'>[];
  /** One command; null for what only a client library makes up, and for what `repro` does not stage. */
  readonly reproduce: string | null;
}

export async function explanationOf(row: Row | UnlistedRow): Promise<Explanation> {
  const facts = {
    ...row,
    inCatalogue: !isUnlisted(row),
    meaning: meaningOf(row),
    deviceText: deviceTextOf(row) ?? null,
    isError: isError(row),
    travels: travels(row),
    hole: holeOf(row),
    remedy: remedyOf(row),
  };
  if (row.service === 'harmony') {
    // The charts bring XState with them.
    const { raisedBy } = await import('./charts.ts');
    const reproduce = facts.inCatalogue ? `npx longshore repro ${row.code}` : null;
    return { ...facts, raised: raisedBy(row.code), onTheWire: null, conditions: [], reproduce };
  }
  if (!facts.travels) return { ...facts, raised: null, onTheWire: null, conditions: [], reproduce: null };
  const { cloudFactsOf } = await import('./cloud.ts');
  const { onTheWire, conditions } = await cloudFactsOf(row);
  return {
    ...facts,
    raised: null,
    onTheWire,
    conditions: conditions.map(({ operation, when }) => ({ operation, when })),
    reproduce: `npx longshore serve ${row.service} --fault ${quoted(faultOf(row, conditions[0]))}`,
  };
}

/** The rule that makes a service answer a row: where its condition lies if there is one, else everywhere. */
function faultOf(row: Exclude<Row, Row<'harmony'>>, condition: Condition | undefined): string {
  const operation = condition === undefined || condition.operation === 'any' ? '*' : condition.operation;
  return `${operation}=${row.code}${narrowing(row)}`;
}

function narrowing(row: Row<ServiceName>): string {
  const twins = lookUp<ServiceName>({ service: row.service, code: row.code });
  if (twins.length === 1) return '';
  return twins.some((twin) => twin !== row && twin.section === row.section)
    ? `,name=${row.name}`
    : `,section=${row.section}`;
}

/** For a shell: `*` and spaces mean something to it. */
export function quoted(text: string): string {
  return /^[\w.=-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}
