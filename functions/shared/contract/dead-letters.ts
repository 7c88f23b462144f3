/** Why an event is dead-lettered, in the order in which the first that applies is the reason; then what only storing finds. */
export const reasons = [
  'too_large',
  'bad_encoding',
  'malformed',
  'bad_envelope',
  'unknown_type',
  'unknown_version',
  'schema_violation',
  'beyond_retention',
  'in_the_future',
  'identity_conflict',
  'processing_failed',
] as const;

export type Reason = (typeof reasons)[number];

/** SQS message attributes that carry a dead letter's reason from ingestion to the capture. Never the value. */
export const deadLetterAttributes = {
  reason: 'reason',
  pointer: 'pointer',
  keyword: 'keyword',
  /** What makes two dead letters the same one: the original message's id, or a conflict's identity and content. */
  deduplicationKey: 'deduplicationKey',
  /** On a replayed message: the stored dead letter it comes from, which a further failure opens again. */
  id: 'deadLetterId',
} as const;

/** What became of a stored dead letter. A replayed one whose event fails again is open again. */
export const deadLetterStatuses = ['open', 'replayed', 'discarded'] as const;

export type DeadLetterStatus = (typeof deadLetterStatuses)[number];
