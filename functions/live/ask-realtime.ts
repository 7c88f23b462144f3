/** What the API said, whatever it was. */
export interface Asked {
  readonly status: number;
  readonly etag: string | null;
  readonly contentType: string | null;
  readonly text: string;
}

export interface Question {
  /** Of `/realtime`, with the viewer's parameters. */
  readonly url: URL;
  /** The viewer's own header: whom the API refuses is refused here. */
  readonly authorization: string;
}

/** The API answers or gives up within 30 s; a question to `/realtime` is over in 15 s. */
const ANSWER_MILLISECONDS = 20_000;

/**
 * Asks `/realtime` once, as the viewer; 304 where `etag` is still that of the answer.
 * @throws what `fetch` throws where the API is not reached, does not answer in time, or `signal` aborts
 */
export async function askRealtime(
  { url, authorization }: Question,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<Asked> {
  const response = await fetch(url, {
    headers: { authorization, ...(etag !== undefined && { 'if-none-match': etag }) },
    redirect: 'error', // whoever the API is, it is nobody else: the header goes nowhere else
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MILLISECONDS)]),
  });
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    contentType: response.headers.get('content-type'),
    text: await response.text(),
  };
}
