import type { ImageFacts } from './images.ts';
import { type Picture, type PictureFormat, pictureFormats } from './pictures.ts';
import type { CiSettings } from './settings.ts';

/** Why a rule cannot be followed. */
export type RuleTrouble =
  | 'unknownRule'
  | 'unknownStyle'
  | 'unknownFormat'
  | 'tooWide'
  | 'tooManyPixels'
  | 'tooManyFrames'
  | 'tooSlow';

/** A rule that is understood. */
export interface Rule {
  readonly steps: readonly Step[];
  /** The last step asks for facts, not for a picture. */
  readonly asksFacts: boolean;
  /** Names of the styles that it goes through. */
  readonly styles: readonly string[];
}

type Step = (picture: Picture) => Picture;

/** `rule`: decoded; steps joined by `|`. `ruleOf`: what a style stands for, undefined for none. */
export function readRule(rule: string, ruleOf: (style: string) => string | undefined): Rule | RuleTrouble {
  const texts: string[] = [];
  const styles: string[] = [];
  for (const text of rule.split('|')) {
    const [, style] = /^style\/(.*)$/s.exec(text) ?? [];
    if (style === undefined) {
      texts.push(text);
      continue;
    }
    const meaning = ruleOf(style);
    if (meaning === undefined) return 'unknownStyle';
    styles.push(style);
    texts.push(...meaning.split('|'));
  }
  const asksFacts = /^imageInfo$/i.test(texts.at(-1) ?? '');
  const steps: Step[] = [];
  for (const text of asksFacts ? texts.slice(0, -1) : texts) {
    const step = readStep(text);
    if (typeof step === 'string') return step;
    steps.push(step);
  }
  return { steps, asksFacts, styles };
}

/** Follows a rule, within what the service takes upon itself. */
export function followRule({ steps }: Rule, facts: ImageFacts, { limits, options }: CiSettings): Picture | RuleTrouble {
  const isTooWide = ({ width, height }: Picture) => Math.max(width, height) > limits.imageSideMax;
  const pixelsOf = ({ width, height }: Picture) => width * height;
  if (isTooWide(facts)) return 'tooWide';
  if (pixelsOf(facts) > limits.imagePixelsMax) return 'tooManyPixels';
  if (facts.frames > limits.framesMax) return 'tooManyFrames';
  let picture: Picture = { format: facts.format, width: facts.width, height: facts.height };
  let pixels = 0;
  for (const step of steps) {
    pixels += pixelsOf(picture);
    if (pixels / options.pixelsPerMs > limits.processMsMax) return 'tooSlow';
    picture = step(picture);
    if (isTooWide(picture)) return 'tooWide';
    if (pixelsOf(picture) > limits.imagePixelsMax) return 'tooManyPixels';
  }
  return picture;
}

function readStep(text: string): Step | RuleTrouble {
  const [name = '', ...words] = text.split('/');
  switch (name.toLowerCase()) {
    case 'imagemogr2':
      return readMogr(words);
    case 'imageview2':
      return readView(words);
    case 'watermark':
      return isWatermark(words) ? (picture) => picture : 'unknownRule';
    default:
      return 'unknownRule';
  }
}

function readMogr(words: readonly string[]): Step | RuleTrouble {
  const steps: Step[] = [];
  if (words.length === 0 || words[0] === '') return 'unknownRule';
  for (let at = 0; at < words.length; ) {
    const name = words[at] ?? '';
    if (['auto-orient', 'strip', 'ignore-error'].includes(name)) {
      at++;
      if (/^[01]$/.test(words[at] ?? '')) at++;
      continue;
    }
    const value = words[at + 1];
    if (value === undefined) return 'unknownRule';
    const step = readArgument(name, value);
    if (typeof step === 'string') return step;
    steps.push(step);
    at += 2;
  }
  return (picture) => steps.reduce((before, step) => step(before), picture);
}

function readArgument(name: string, value: string): Step | RuleTrouble {
  switch (name) {
    case 'thumbnail':
      return readThumbnail(value) ?? 'unknownRule';
    case 'crop':
    case 'scrop':
    case 'cut':
      return readCrop(value) ?? 'unknownRule';
    case 'iradius':
      return readRadius(value) ?? 'unknownRule';
    case 'rotate':
      return /^\d{1,3}$/.test(value) && Number(value) <= 360 ? rotation(Number(value)) : 'unknownRule';
    case 'format':
      return reformatting(value);
    default: {
      const legal = plainArguments.find(([names]) => names.includes(name))?.[1];
      return legal?.test(value) ? (picture) => picture : 'unknownRule';
    }
  }
}

/** Arguments that change neither size nor format. */
const plainArguments: readonly (readonly [names: readonly string[], legal: RegExp])[] = [
  [['quality', 'rquality', 'lquality'], /^(\d{1,2}|100)!?$/],
  [['blur'], /^\d{1,2}x\d{1,3}$/],
  [['rradius', 'sharpen', 'dx', 'dy', 'minsize', 'cgif'], /^\d+$/],
  [['interlace', 'grayscale', 'pad'], /^[01]$/],
  [['bright', 'contrast'], /^-?\d{1,3}$/],
  [['gravity'], /^(north|south)?(west|east)?$|^center$/i],
  [['flip'], /^(vertical|horizontal)$/],
  [['color'], /^[\w-]+=*$/],
  [['size-limit'], /^\d+[kKmM]?!?$/],
];

function readThumbnail(value: string): Step | null {
  const [, percentX, percentY] = /^!(\d*)p(?:x)?$|^!x(\d+)p$/.exec(value) ?? [];
  if (value.endsWith('px') && percentX) return (picture) => resized(picture, Number(percentX) / 100, 1);
  if (percentX) return (picture) => resized(picture, Number(percentX) / 100);
  if (percentY) return (picture) => resized(picture, 1, Number(percentY) / 100);
  const [, area] = /^(\d+)@$/.exec(value) ?? [];
  if (area !== undefined && Number(area) > 0) {
    return (picture) => resized(picture, Math.min(1, Math.sqrt(Number(area) / (picture.width * picture.height))));
  }
  const [, cover, x, y, mode] = /^(!?)(\d*)x(\d*)([r!<>]?)$/.exec(value) ?? [];
  const [width, height] = [Number(x), Number(y)];
  if (cover === undefined || (cover === '!') !== (mode === 'r') || width + height === 0) return null;
  return (picture) => {
    if (mode === '!' && width > 0 && height > 0) return { ...picture, width, height };
    const scales = [width > 0 ? width / picture.width : null, height > 0 ? height / picture.height : null];
    const known = scales.filter((scale) => scale !== null);
    const scale = mode === 'r' ? Math.max(...known) : Math.min(...known);
    if ((mode === '>' && scale >= 1) || (mode === '<' && scale <= 1)) return picture;
    return resized(picture, scale);
  };
}

function resized(picture: Picture, scaleX: number, scaleY = scaleX): Picture {
  const side = (pixels: number, scale: number) => Math.max(1, Math.round(pixels * scale));
  return { ...picture, width: side(picture.width, scaleX), height: side(picture.height, scaleY) };
}

function readCrop(value: string): Step | null {
  const [, x, y] = /^!?(\d*)x(\d*)(?:[xa]\d+[xa]\d+)?$/.exec(value) ?? [];
  if (x === undefined || Number(x) + Number(y) === 0) return null;
  return (picture) => ({
    ...picture,
    width: Math.min(picture.width, Number(x) || picture.width),
    height: Math.min(picture.height, Number(y) || picture.height),
  });
}

function readRadius(value: string): Step | null {
  if (!/^[1-9]\d*$/.test(value)) return null;
  return (picture) => {
    const side = Math.min(2 * Number(value), picture.width, picture.height);
    return { ...picture, width: side, height: side };
  };
}

/** The picture's box grows until the turned picture fits in. */
function rotation(degrees: number): Step {
  const [sin, cos] = [Math.sin, Math.cos].map((of) => Math.abs(of((degrees * Math.PI) / 180)));
  return (picture) => ({
    ...picture,
    width: Math.max(1, Math.round(picture.width * (cos ?? 1) + picture.height * (sin ?? 0))),
    height: Math.max(1, Math.round(picture.width * (sin ?? 0) + picture.height * (cos ?? 1))),
  });
}

function reformatting(value: string): Step | RuleTrouble {
  const format = formatOf(value);
  return format === null ? 'unknownFormat' : (picture) => ({ ...picture, format });
}

function formatOf(name: string): PictureFormat | null {
  const small = name.toLowerCase();
  return pictureFormats.find((format) => format === (small === 'jpeg' ? 'jpg' : small)) ?? null;
}

/** `imageView2/<mode>/w/<pixels>/h/<pixels>/format/<name>/q/<percent>`; odd modes fill the box and are cut to it. */
function readView([mode = '', ...words]: readonly string[]): Step | RuleTrouble {
  if (!/^[0-5]$/.test(mode)) return 'unknownRule';
  let [width, height] = [0, 0];
  let format: Step = (picture) => picture;
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', value = ''] = [words[at], words[at + 1]];
    if (name === 'format') {
      const step = reformatting(value);
      if (typeof step === 'string') return step;
      format = step;
    } else if (!/^\d+!?$/.test(value) || !['w', 'h', 'q', 'rq', 'lq'].includes(name)) {
      return 'unknownRule';
    } else if (name === 'w') width = Number(value);
    else if (name === 'h') height = Number(value);
  }
  const fills = mode === '1' || mode === '5';
  return (picture) => format(fills ? filled(picture, width, height) : fitted(picture, width, height));
}

function fitted(picture: Picture, width: number, height: number): Picture {
  const scales = [width > 0 ? width / picture.width : 1, height > 0 ? height / picture.height : 1];
  return resized(picture, Math.min(1, ...scales));
}

function filled(picture: Picture, width: number, height: number): Picture {
  const [w, h] = [width || height || picture.width, height || width || picture.height];
  return { ...picture, width: Math.min(w, picture.width), height: Math.min(h, picture.height) };
}

/** A kind and pairs: of a picture, of a text, of both. */
function isWatermark([kind = '', ...words]: readonly string[]): boolean {
  const names = words.filter((_, at) => at % 2 === 0);
  const needed = kind === '1' ? 'image' : kind === '2' ? 'text' : null;
  return /^[1-4]$/.test(kind) && words.length % 2 === 0 && (needed === null || names.includes(needed));
}
