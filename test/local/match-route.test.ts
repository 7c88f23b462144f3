import { expect, test } from 'vitest';
import { matchRoute } from '../../local/api/match-route.ts';

const routes = [
  'GET /orders',
  'GET /orders/{id}',
  'GET /orders/latest',
  'ANY /{proxy+}',
  'POST /orders',
  'ANY /orders/{id}',
].map((key) => ({ key }));

test.each([
  ['GET', '/orders', 'GET /orders', {}],
  ['POST', '/orders', 'POST /orders', {}],
  ['GET', '/orders/7', 'GET /orders/{id}', { id: '7' }],
  ['DELETE', '/orders/7', 'ANY /orders/{id}', { id: '7' }],
  ['GET', '/orders/latest', 'GET /orders/latest', {}],
  ['GET', '/orders/7/lines', 'ANY /{proxy+}', { proxy: 'orders/7/lines' }],
  ['PUT', '/orders', 'ANY /{proxy+}', { proxy: 'orders' }],
])('%s %s', (method, path, key, pathParameters) => {
  expect(matchRoute(routes, method, path)).toEqual({ route: { key }, pathParameters });
});

test('HEAD is not GET, a trailing slash is another path, and nothing matches nothing', () => {
  const [only] = routes;
  expect(matchRoute([only!], 'HEAD', '/orders')).toBeUndefined();
  expect(matchRoute([only!], 'GET', '/orders/')).toBeUndefined();
  expect(matchRoute([{ key: '$default' }], 'GET', '/x')?.route.key).toBe('$default');
});
