import * as v from 'valibot';
import type { CloudRequest, FormFile } from '../service.ts';
import { fieldsOf, firstOf, jsonOf } from '../text.ts';
import { checkPath } from './paths.ts';
import { refuse } from './refuse.ts';
import type { Session } from './state.ts';

export type OnDuplicate = 'overwrite' | 'newcopy' | null;

/** From the query, else from the body. */
export function parameterOf(request: CloudRequest, name: string): string | undefined {
  return firstOf(request.query, name) ?? firstOf(fieldsOf(request), name);
}

/** @throws Refusal 31023 */
export function neededParameter({ request }: Session['call'], name: string): string {
  const value = parameterOf(request, name);
  if (value === undefined || value === '') throw refuse(31023);
  return value;
}

/** @throws Refusal 31023, 31062, 31064 */
export function pathParameter({ call, root }: Session): string {
  return checkPath(neededParameter(call, 'path'), root, call.settings.limits);
}

/** A whole number, 0 or more; `fallback` where it is absent. @throws Refusal 31023 */
export function countParameter({ request }: Session['call'], name: string, fallback?: number): number {
  const text = parameterOf(request, name) || (fallback?.toString() ?? '');
  if (!/^\d{1,15}$/.test(text)) throw refuse(31023);
  return Number(text);
}

/** @throws Refusal 31023 */
export function choice<const Word extends string>(
  { request }: Session['call'],
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = parameterOf(request, name);
  const word = words.find((each) => each === text);
  if (text !== undefined && text !== '' && word === undefined) throw refuse(31023);
  return word;
}

export function onDuplicate(call: Session['call']): OnDuplicate {
  return choice(call, 'ondup', ['overwrite', 'newcopy']) ?? null;
}

/** The JSON text that stands in `param`. @throws Refusal 31023 */
export function paramJson<Output>({ request }: Session['call'], schema: v.GenericSchema<unknown, Output>): Output {
  return checked(schema, jsonOf(withWholeIds(parameterOf(request, 'param') ?? '')));
}

/** A text that says something. */
export const filledText = v.pipe(v.string(), v.nonEmpty());

/** What a call is about: parameters called as the entries of `item`, or many such items in `param`. @throws Refusal 31023 */
export function listed<Item>(
  call: Session['call'],
  item: v.GenericSchema<unknown, Item> & { readonly entries: Readonly<Record<string, unknown>> },
): readonly Item[] {
  const given = Object.keys(item.entries).map((name) => [name, parameterOf(call.request, name)] as const);
  if (given.some(([, value]) => value)) return [checked(item, Object.fromEntries(given))];
  const { listedMax } = call.settings.limits;
  return paramJson(call, v.object({ list: v.pipe(v.array(item), v.minLength(1), v.maxLength(listedMax)) })).list;
}

/** The part `file` of a multipart body. @throws Refusal 31023 */
export function filePart({ request }: Session['call']): FormFile {
  const { body } = request;
  const file = body.type === 'form' ? body.files.find(({ name }) => name === 'file') : undefined;
  if (file === undefined) throw refuse(31023);
  return file;
}

function checked<Output>(schema: v.GenericSchema<unknown, Output>, input: unknown): Output {
  const result = v.safeParse(schema, input);
  if (!result.success) throw refuse(31023);
  return result.output;
}

/** A number of 19 digits would lose its last ones on its way through a double. */
function withWholeIds(json: string): string {
  return json.replace(/("fs_id"\s*:\s*)(\d+)/g, '$1"$2"');
}
