import type { Refusal } from './scene.ts';
import type { Outcome } from './stage.ts';
import type { Step } from './steps.ts';
import { sentenceOf } from './words.ts';

export interface DiagramOptions {
  readonly steps: readonly Step[];
  readonly outcome: Outcome;
  readonly refusal: Refusal | null;
  readonly title: string;
}

/** The story as a Mermaid sequence diagram: who says what to whom, and what the task is then. */
export function diagramOf({ steps, outcome, refusal, title }: DiagramOptions): string {
  const lines = [
    'sequenceDiagram',
    `  title ${plain(title)}`,
    '  participant World',
    '  participant App',
    '  participant Longshore',
  ];
  let state: string | null = null;
  for (const [at, step] of steps.entries()) {
    const isWorld = step.do !== 'create' && step.do !== 'call';
    lines.push(`  ${isWorld ? 'World' : 'App'}->>Longshore: ${plain(sentenceOf(step))}`);
    const after = outcome.played[at]?.state ?? null;
    if (after !== null && after !== state) lines.push(`  Note over Longshore: the task is ${after}`);
    state = after;
  }
  if (outcome.error !== null) {
    lines.push(`  Longshore--xApp: ${outcome.error.code} ${plain(outcome.error.message)}`);
    if (refusal !== null) lines.push(`  Note over Longshore: chart ${refusal.chart}, state ${refusal.state}`);
  } else if (outcome.failure !== null) {
    lines.push(`  Longshore--xApp: failed, ${plain(outcome.failure.reason)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Mermaid reads `;` as the end of a line and `#` as an entity. */
function plain(text: string): string {
  return text.replace(/[;#\n]/g, ',');
}
