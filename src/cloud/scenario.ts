import * as v from 'valibot';
import { travels } from '../errors/facts.ts';
import { faultRuleSchema } from './faults.ts';
import { rowsOf } from './rows.ts';
import type { ServiceDefinition } from './service.ts';

const fileSchema = v.pipe(
  v.strictObject({
    path: v.string(),
    text: v.optional(v.string()),
    base64: v.optional(v.pipe(v.string(), v.base64())),
    /** Bytes that look random, the same for the same path and size. */
    size: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  }),
  v.check(
    ({ text, base64, size }) => [text, base64, size].filter((each) => each !== undefined).length === 1,
    'a file has one of text, base64 and size',
  ),
);

/**
 * What a server starts with. `settings`: keys, users, quotas, limits and options of the service. `files`: there from
 * the beginning. `faults`: asked in their order.
 */
const scenarioSchema = v.strictObject({
  settings: v.optional(v.record(v.string(), v.unknown()), {}),
  files: v.optional(v.array(fileSchema), []),
  faults: v.optional(v.array(faultRuleSchema), []),
});

export type Scenario = v.InferInput<typeof scenarioSchema>;
export type ScenarioFile = v.InferOutput<typeof fileSchema>;
export interface CheckedScenario<Settings> extends Omit<v.InferOutput<typeof scenarioSchema>, 'settings'> {
  readonly settings: Settings;
}

/** What is wrong with a scenario, and where. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/** @throws ScenarioError */
export function checkScenario<State extends object, Settings extends object>(
  definition: ServiceDefinition<State, Settings>,
  scenario: unknown,
): CheckedScenario<Settings> {
  const checked = parsed(scenarioSchema, scenario, 'scenario');
  const settings = parsed(definition.settings, checked.settings, 'scenario.settings');
  const operations = ['*', ...Object.keys(definition.operations)];
  for (const [index, rule] of checked.faults.entries()) {
    const where = `scenario.faults[${index}]`;
    if (!operations.includes(rule.on)) {
      throw new ScenarioError(`${where}.on is ${JSON.stringify(rule.on)}; legal: ${operations.join(', ')}`);
    }
    if (rule.code === undefined && rule.wire === undefined) throw new ScenarioError(`${where} needs code or wire`);
    if (rule.wire?.type === 'cut' && rule.on !== '*') {
      throw new ScenarioError(`${where}.on is ${rule.on}; a cut request has no operation yet: only * is legal`);
    }
    if (rule.code !== undefined) checkCode(definition.name, rule, where);
  }
  return { ...checked, settings };
}

function checkCode(
  service: ServiceDefinition<object, object>['name'],
  rule: v.InferOutput<typeof faultRuleSchema>,
  where: string,
): void {
  const { code = '', section, name } = rule;
  if (!travels({ service, code })) {
    throw new ScenarioError(`${where}.code is ${code}; ${service} never sends it: client libraries make it up`);
  }
  if (rowsOf(service, { code, section, name }).length > 0) return;
  const rows = rowsOf(service, { code });
  throw new ScenarioError(
    rows.length === 0
      ? `${where}.code is ${code}; ${service} publishes no such code`
      : `${where}: no row ${code} has that section and name; legal: ${rows.map((row) => `${row.section} / ${row.name ?? '–'}`).join('; ')}`,
  );
}

function parsed<Output>(schema: v.GenericSchema<unknown, Output>, input: unknown, where: string): Output {
  // The schema would take a list for an object without entries.
  if (Array.isArray(input)) throw new ScenarioError(`${where} is a list; legal: an object`);
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  throw new ScenarioError(`${path === null ? where : `${where}.${path}`}: ${issue.message}`);
}
