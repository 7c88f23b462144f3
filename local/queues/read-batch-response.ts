/**
 * Which messages of a batch failed, from what the function answered (JSON text, undefined for nothing), as Lambda's
 * pollers read it: no answer and an empty or null list mean success; an identifier that is missing, empty or of no message
 * in the batch, and an answer of another shape, fail the whole batch.
 */
export function readBatchResponse(answer: string | undefined, messageIds: readonly string[]): ReadonlySet<string> {
  const all = new Set(messageIds);
  const none = new Set<string>();
  if (answer === undefined || answer === 'null') return none;
  const response = parse(answer);
  if (typeof response !== 'object' || response === null || Array.isArray(response)) return all;
  const { batchItemFailures: failures } = response as { batchItemFailures?: unknown };
  if (failures === undefined || failures === null) return none;
  if (!Array.isArray(failures)) return all;
  const failed = new Set<string>();
  for (const failure of failures) {
    const id: unknown = failure?.itemIdentifier;
    if (typeof id !== 'string' || !all.has(id)) return all;
    failed.add(id);
  }
  return failed;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
