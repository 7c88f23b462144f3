// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of the sources that are changed
import type { Mutant } from './find-leaks-of-functions.ts';

const maskers = 'shared/core/maskers';
const mutant = (name: string, file: string, from: string, to: string): Mutant => ({
  name,
  edits: [{ file, from, to }],
});
/** A masker of `mask-event.ts` that gives back what it is given. */
const unmasked = (kind: string, masker: string): Mutant =>
  mutant(`${kind} is not masked`, 'shared/core/mask-event.ts', `${kind}: ${masker}`, `${kind}: (value) => value`);

/** Ways in which masking, refusing, logging and answering could let something personal through. */
export const mutants: readonly Mutant[] = [
  unmasked('email', 'maskEmail'),
  unmasked('ip', 'maskIp'),
  unmasked('userAgent', 'maskUserAgent'),
  unmasked('name', 'maskName'),
  unmasked('phone', 'maskPhone'),
  unmasked('tracking', 'maskTrackingNumber'),
  unmasked('birthDate', '(date) => date.slice(0, 4)'),
  unmasked('address', '() => undefined'),
  unmasked('url', 'maskUrl'),
  unmasked('freeText', 'scrubText'),
  mutant(
    'a digest without a key',
    'shared/core/pseudonymize.ts',
    "createHmac('sha256', importKey(key))\n    .update(`${domain}\\0${value}`)",
    "(importKey(key), (process.getBuiltinModule('node:crypto') as typeof import('node:crypto')).createHash('sha256'))\n    .update(value)",
  ),
  mutant(
    'a pseudonym that is base64',
    'shared/core/pseudonymize.ts',
    'hmac: keyedDigest(domain, value, key)',
    "hmac: Buffer.from(value).toString('base64')",
  ),
  mutant(
    'the last octet stays',
    `${maskers}/mask-ip.ts`,
    "`${address.slice(0, address.lastIndexOf('.'))}.0`",
    'address',
  ),
  mutant('IPv6 stays whole', `${maskers}/mask-ip.ts`, 'groups.slice(0, 3)', 'groups'),
  mutant(
    'agents keep the name that no list knows',
    `${maskers}/mask-user-agent.ts`,
    'names.has(name) ? name : OTHER',
    'name ? name : OTHER',
  ),
  mutant('queries stay whole', `${maskers}/mask-url.ts`, 'if (/^utm_[a-z_]{1,32}$/i.test(name)) ', ''),
  mutant('paths are not scrubbed', `${maskers}/mask-url.ts`, "path.split('/').map(scrubText).join('/')", 'path'),
  mutant(
    'fragments stay',
    `${maskers}/mask-url.ts`,
    '+ maskQuery(url.searchParams)',
    '+ maskQuery(url.searchParams) + url.hash',
  ),
  mutant(
    'encoded texts are not decoded',
    `${maskers}/scrub-text.ts`,
    'if (next === decoded) return false;',
    'return false;',
  ),
  {
    name: 'fields that no schema names are kept',
    edits: [
      {
        file: 'shared/core/validate-data.ts',
        from: 'const normalized: Record<string, Json> = {};',
        to: 'const normalized: Record<string, Json> = { ...object };',
      },
      {
        file: 'shared/core/mask-event.ts',
        from: 'const masked: Record<string, Json> = {};',
        to: 'const masked: Record<string, Json> = Object.fromEntries(Object.entries(object).filter(([name]) => !(name in plans)));',
      },
    ],
  },
  mutant(
    'the subject stays whatever it is',
    'shared/core/mask-event.ts',
    'event.subject !== null && isIdOf(event.subject, data) ? event.subject : null',
    'event.subject',
  ),
  mutant(
    'the content is compared as it came',
    'shared/core/mask-event.ts',
    "keyedDigest('content', canonical, key)",
    'canonical.slice(0, 500) + String(key).slice(0, 0)',
  ),
  mutant(
    'names that no schema knows are shown',
    'shared/core/describe-shape.ts',
    'if (knownNames.has(name))',
    'if (name)',
  ),
  mutant(
    'texts of refused events are shown',
    'shared/core/describe-shape.ts',
    'return `string(${parsed.length})`',
    'return parsed',
  ),
  mutant(
    'what is no JSON is shown',
    'shared/core/describe-shape.ts',
    'return `text(${body.length})`',
    'return body.slice(0, 200)',
  ),
  mutant(
    'a refused type is shown whatever it is',
    'shared/core/displayable-identifier.ts',
    "typeof value !== 'string' || !identifier.test(value)",
    "typeof value !== 'string'",
  ),
  mutant(
    'a rejection carries its event',
    'shared/core/read-event.ts',
    '      keyword,\n',
    '      keyword: keyword + JSON.stringify(value ?? null).slice(0, 300),\n',
  ),
  mutant(
    'dead letters are stored with their body',
    'dlq/capture-batch.ts',
    'describeShape(record.body)',
    '{ body: record.body.slice(0, 1000) }',
  ),
  mutant(
    'dead letters are stored with their event',
    'dlq/capture-batch.ts',
    'return { source, id, type, version, time, subject, data };',
    'return { source, id, type, version, time, subject, data: event.data };',
  ),
  mutant(
    'originals are stored as they came',
    'shared/core/encrypt-original.ts',
    "cipher.update(body, 'utf8')",
    "(cipher.update(body, 'utf8'), Buffer.from(body))",
  ),
  mutant(
    'messages of any error are logged',
    'shared/core/errors.ts',
    'error instanceof AnalyticsError ? error.message : undefined',
    'error.message',
  ),
  mutant('stacks are logged whole', 'shared/core/errors.ts', ".filter((line) => line.startsWith('    at '))", ''),
  mutant(
    'a database error is logged with its detail',
    'shared/core/errors.ts',
    "code: text('code')",
    "code: text('code') + ' ' + text('detail')",
  ),
  mutant(
    'a database error is logged with its hint',
    'shared/core/errors.ts',
    "routine: text('routine')",
    "routine: text('hint')",
  ),
  mutant('ingestion logs the error itself', 'ingest/handler.ts', 'error: reduceError(error)', 'error'),
  mutant('the capture logs the error itself', 'dlq/capture.ts', 'error: reduceError(error)', 'error'),
  mutant(
    'a failed request logs the error itself',
    'shared/runtime/http-handler.ts',
    'failure: reduceError(error)',
    'failure: error',
  ),
  mutant('a failed job logs the error itself', 'shared/runtime/job-handler.ts', 'error: reduceError(error)', 'error'),
  mutant(
    'a failed run says what the error says',
    'shared/runtime/job-handler.ts',
    'code ?? errorName',
    '(error as Error).message',
  ),
  mutant(
    'the logger logs each event',
    'shared/runtime/sqs-handler.ts',
    'injectLambdaContext(logger)',
    'injectLambdaContext(logger, { logEvent: true })',
  ),
  mutant(
    'the logger logs each request',
    'shared/runtime/http-handler.ts',
    'injectLambdaContext(logger)',
    'injectLambdaContext(logger, { logEvent: true })',
  ),
  mutant(
    'a problem says what the error says',
    'shared/runtime/http-handler.ts',
    ': internalProblem(requestId)',
    ': internalProblem((error as Error).message)',
  ),
  mutant(
    'a bad parameter is quoted',
    'shared/core/query-parameters.ts',
    "`expected ${choices.join(' or ')}`",
    "`expected ${choices.join(' or ')}, not ${value}`",
  ),
];
