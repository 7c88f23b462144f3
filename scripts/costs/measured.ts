/** What one event takes, measured on this machine with the sample of `npm start` (27,177 events, commit afdf12e). */
export const measured = {
  /** Of the CloudEvent as JSON. */
  eventBytes: 548,
  /** 1,900 events/s on two cores for all there is, bus and database included: what Lambda alone takes is less. */
  coreMsPerEvent: 1.05,
  /** One connection stores 2,601 events/s in batches of 500 (`npm run bench`): the database works no longer than that. */
  databaseMsPerEvent: 0.38,
  /** Write-ahead log: 63,053,188 bytes for 26,801 stored events and their aggregation. */
  walBytesPerEvent: 2_353,
  /** docs/architecture.md, "Storage". Kept as long as raw events are. */
  rawBytesPerEvent: 850,
  /** Kept for good. */
  factBytesPerEvent: 538,
  /** 36,360 bytes in 79 invocations, and what Lambda itself says of each. */
  logBytesPerInvocation: 460 + 400,
  /** Share of each event type in the sample; of those that are not in it, none. */
  shares: {
    'analytics.page_view': 0.4617,
    'analytics.product_view': 0.153,
    'orders.order.status_changed': 0.1205,
    'shipping.shipment.status_changed': 0.1038,
    'inventory.stock.changed': 0.0683,
    'analytics.cart_changed': 0.0373,
    'payments.payment.confirmed': 0.0202,
    'customers.customer.updated': 0.0133,
    'analytics.checkout_started': 0.0123,
    'marketing.spend.recorded': 0.0052,
    'returns.return.status_changed': 0.0044,
  } as Readonly<Record<string, number>>,
} as const;

/** What nobody has measured: say so where you quote a sum. */
export const assumed = {
  /** ACU that keep one core busy: the factor of AWS's own sizing guide for r-class instances (aws/agent-toolkit-for-aws). */
  acuPerCore: 4,
  /** Aggregation, queries, vacuum and the hours above the average, as a multiple of what storing takes. */
  loadFactor: 3,
  /** Aurora writes its log in units of 4 KiB; how often it reads from storage depends on what fits into memory. */
  readsPerWrite: 1,
  /** Lambda looks into each queue with 5 pollers that wait up to 20 s, also when there is nothing. */
  pollers: 5,
  pollSeconds: 20,
  startMsPerInvocation: 30,
  /** An idempotency record, with what DynamoDB adds to each. */
  recordBytes: 400,
  queriesPerEvent: 0.001,
  queryMs: 300,
  jobMs: 1_000,
  /** How long it has been running: facts are kept for good. */
  monthsRunning: 12,
} as const;
