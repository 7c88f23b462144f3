import type { Queues } from '../queues/start-queues.ts';
import { ACCOUNT, REGION } from '../template/resource-attributes.ts';
import { matchesPattern } from './match-pattern.ts';
import type { BusRule, RuleTarget } from './read-rules.ts';

/** An event that a bus took. */
export interface BusEvent {
  readonly id: string;
  /** Name of the bus. */
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  /** RFC 3339, in whole seconds, as EventBridge keeps it. */
  readonly time: string;
  readonly resources: readonly string[];
  /**
   * JSON text, the sender's own: parsing and writing it again would round numbers such as 2^53 + 1. What UTF-8 cannot
   * carry (a lone surrogate) is replaced, as on the wire.
   */
  readonly detail: string;
}

export interface Delivery {
  readonly rules: readonly BusRule[];
  readonly queues: Pick<Queues, 'send'>;
  readonly log: (line: string) => void;
  /** Called when an event reaches neither a rule's target nor its queue of undelivered ones. */
  readonly onLost: (rule: BusRule) => void;
}

/** The event without its detail, as rules and targets see it. */
export function envelopeOf({ id, source, detailType, time, resources }: BusEvent, replayName?: string): object {
  return {
    version: '0',
    id,
    'detail-type': detailType,
    source,
    account: ACCOUNT,
    time,
    region: REGION,
    resources,
    ...(replayName !== undefined && { 'replay-name': replayName }),
  };
}

/** To the targets of the rules of its bus that match; a replayed event carries the name of its replay. */
export function deliverEvent(event: BusEvent, delivery: Delivery, replayName?: string): void {
  const envelope = envelopeOf(event, replayName);
  const matched = { ...envelope, detail: JSON.parse(event.detail) as unknown };
  const whole = `${JSON.stringify(envelope).slice(0, -1)},"detail":${event.detail}}`;
  for (const rule of delivery.rules) {
    if (rule.bus !== event.bus || !matchesPattern(rule.pattern, matched)) continue;
    for (const target of rule.targets) deliverTo(rule, target, target.inputPath ? event.detail : whole, delivery);
  }
}

/** A target that refuses the message loses nothing: its dead-letter queue gets it, with the attributes of EventBridge. */
function deliverTo(rule: BusRule, target: RuleTarget, body: string, { queues, log, onLost }: Delivery): void {
  const refused = queues.send(target.queueArn, body);
  if (!refused) return;
  const attributes = {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.queueArn,
    ERROR_CODE: 'SDK_CLIENT_ERROR',
    ERROR_MESSAGE: refused,
  };
  const lost = target.deadLetterArn
    ? queues.send(target.deadLetterArn, body, attributes)
    : 'it has no dead-letter queue';
  if (!lost) return;
  log(`A message for ${target.queueArn} is lost: ${refused}; ${lost}`);
  onLost(rule);
}
