/** A server-sent event, or a comment (`event` is then `comment`). */
export interface Received {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

export interface OpenStream {
  readonly response: Response;
  /** All that came so far; `retry` lines are not among them. */
  readonly received: readonly Received[];
  /** The first event of this kind after the first `skip` of it. Fails after `withinMs`. */
  next(event: string, skip?: number, withinMs?: number): Promise<Received>;
  /** Resolves with how the stream ended: `cut` where its connection broke. */
  readonly ended: Promise<'ended' | 'cut'>;
  hangUp(): void;
}

/** Reads a stream of server-sent events as it comes. */
export async function openStream(url: string | URL, headers: Readonly<Record<string, string>>): Promise<OpenStream> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const ended = read(response, (one) => {
    received.push(one);
    for (const look of waiting) look();
  }).then(
    () => 'ended' as const,
    () => 'cut' as const,
  );
  const next = (event: string, skip = 0, withinMs = 15_000) =>
    new Promise<Received>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look);
        reject(new Error(`no event ${event} within ${withinMs} ms; came: ${received.map((one) => one.event)}`));
      }, withinMs);
      const look = () => {
        const found = received.filter((one) => one.event === event)[skip];
        if (!found) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { response, received, next, ended, hangUp: () => abort.abort() };
}

async function read(response: Response, take: (one: Received) => void): Promise<void> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.startsWith('retry:')) continue;
      const of = (field: string) =>
        block.split('\n').flatMap((line) => (line.startsWith(field) ? line.slice(field.length) : []));
      const comment = of(': ');
      if (comment.length > 0) take({ event: 'comment', id: undefined, data: comment.join('\n') });
      else take({ event: of('event: ')[0] ?? 'message', id: of('id: ')[0], data: of('data: ').join('\n') });
    }
  }
}
