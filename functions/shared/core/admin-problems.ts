import { type Problem, problemType, RequestError } from './problem.ts';

/** There is no row of this id. */
export class NoSuchRow extends RequestError {
  override readonly name = 'NoSuchRow';
  readonly problem: Problem;

  /** @param kind what was asked for, as in "dead letter" */
  constructor(kind: string) {
    super(`no such ${kind}`);
    const detail = `There is no ${kind} of this id`;
    this.problem = { type: problemType('not-found'), title: 'Not found', status: 404, detail };
  }
}

/** What was asked does not go with the state that things are in. */
export class StateConflict extends RequestError {
  override readonly name = 'StateConflict';
  readonly problem: Problem;

  constructor(detail: string) {
    super(detail);
    this.problem = { type: problemType('conflict'), title: 'Conflict', status: 409, detail };
  }
}

/** An Idempotency-Key came again with another request. */
export class KeyReused extends RequestError {
  override readonly name = 'KeyReused';
  override readonly message = 'Idempotency-Key: used before for another request';
  readonly problem: Problem = {
    type: problemType('idempotency-key-reused'),
    title: 'Idempotency-Key reused',
    status: 422,
    detail: 'This Idempotency-Key came before with another request: a new request needs a new key',
  };
}

/** A service that the answer needs did not take part: nothing is known to have changed. */
export class ServiceUnavailable extends RequestError {
  override readonly name = 'ServiceUnavailable';
  readonly problem: Problem;

  constructor(detail: string) {
    super(detail);
    this.problem = { type: problemType('unavailable'), title: 'Unavailable', status: 503, detail };
  }
}
