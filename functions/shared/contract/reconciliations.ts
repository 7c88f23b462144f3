/** What a reconciliation compares with: sequence numbers, a publisher's counts, the same weekdays before. */
export const reconciliationKinds = ['sequence', 'count', 'rate'] as const;

export type ReconciliationKind = (typeof reconciliationKinds)[number];

/** Acknowledged: nothing will heal it, and it alarms no more. */
export const reconciliationStatuses = ['open', 'acknowledged', 'resolved'] as const;

export type ReconciliationStatus = (typeof reconciliationStatuses)[number];
