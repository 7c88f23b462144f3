import type { ValveState } from './decide-valve.ts';

/** An event source mapping as it is, and the concurrency that the contract allows it. */
export interface Mapping {
  readonly id: string;
  readonly isEnabled: boolean;
  /** Undefined where none is set. */
  readonly concurrency: number | undefined;
  readonly maxConcurrency: number;
}

/**
 * What the valve did to which mappings: `paused` were disabled by it, `limited` were enabled again below their cap. Others
 * are none of its business: one that someone disabled by hand stays disabled.
 */
export type Held = Readonly<Record<string, 'paused' | 'limited'>>;

export interface Change {
  readonly id: string;
  readonly isEnabled: boolean;
  /** Where undefined, it stays as it is. */
  readonly concurrency?: number;
}

/**
 * What to change so that the mappings are as the state wants them, and what is held once that is done. It compares with what
 * is, not with what was last done, so a deployment that enables a paused mapping is answered at the next look.
 */
export function planMappings(
  state: ValveState,
  held: Held,
  mappings: readonly Mapping[],
): { readonly changes: readonly Change[]; readonly held: Held } {
  const plans = mappings.map((mapping) => plan(state, held[mapping.id], mapping));
  return {
    changes: plans.flatMap(({ change }) => change ?? []),
    held: Object.fromEntries(plans.flatMap(({ id, hold }) => (hold ? [[id, hold]] : []))),
  };
}

interface MappingPlan {
  readonly id: string;
  readonly change?: Change;
  readonly hold?: Held[string];
}

function plan({ phase, concurrency }: ValveState, hold: Held[string] | undefined, mapping: Mapping): MappingPlan {
  const { id, isEnabled } = mapping;
  const isDisabledByHand = !isEnabled && hold !== 'paused';
  if (isDisabledByHand) return { id };
  if (phase === 'paused') return { id, hold: 'paused', change: isEnabled ? { id, isEnabled: false } : undefined };
  if (!hold) return { id };
  const target = Math.min(concurrency, mapping.maxConcurrency);
  const isThere = isEnabled && mapping.concurrency === target;
  return {
    id,
    hold: phase === 'ramping' ? 'limited' : undefined,
    change: isThere ? undefined : { id, isEnabled: true, concurrency: target },
  };
}
