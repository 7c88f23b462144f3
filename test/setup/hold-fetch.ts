import { afterAll, afterEach, expect } from 'vitest';
import { holdResponse, takeFound } from './hold-answers.ts';

const original = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const response = await original(input, init);
  const request = input instanceof Request ? input : undefined;
  await holdResponse(init?.method ?? request?.method ?? 'GET', request?.url ?? String(input), response);
  return response;
};

const check = () => expect(takeFound(), 'answers that schemas/openapi does not describe').toEqual([]);
afterEach(check);
afterAll(check);
