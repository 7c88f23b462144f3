import { DAY, HOUR, MINUTE } from './cloud-event.ts';
import type { Purchase, PurchaseLine } from './purchases.ts';
import type { Random } from './random.ts';

export interface Step {
  readonly status: string;
  readonly at: number;
}

/** What becomes of a purchase, all of it, also what lies after the sample's end. Money in cents. */
export interface OrderLife {
  readonly orderId: string;
  readonly purchase: Purchase;
  readonly steps: readonly Step[];
  readonly subtotal: number;
  readonly discount: number;
  readonly tax: number;
  readonly shipping: number;
  readonly total: number;
  readonly payment?: { readonly at: number; readonly method: string; readonly provider: string };
  readonly parcel?: { readonly steps: readonly Step[]; readonly carrier: string; readonly dueAt: number };
  readonly comeback?: {
    readonly steps: readonly Step[];
    readonly lines: readonly PurchaseLine[];
    readonly reason: string;
  };
}

const methods = [
  [{ method: 'card', provider: 'stripe', days: 0 }, 48],
  [{ method: 'paypal', provider: 'paypal', days: 0 }, 30],
  [{ method: 'bank_transfer', provider: 'bank', days: 3 }, 12],
  [{ method: 'klarna', provider: 'klarna', days: 0 }, 10],
] as const;

const returnReasons = [
  ['changed_mind', 34],
  ['not_as_described', 22],
  ['damaged', 18],
  ['wrong_item', 12],
  ['arrived_late', 14],
] as const;

const carriers = [
  ['dhl', 55],
  ['dpd', 25],
  ['gls', 20],
] as const;

/** From the warehouse to the door; one in ten comes after its estimate, one in fifty needs a second try. */
function shipParcel(from: number, random: Random) {
  const picked = from + random.integer(60, 420) * MINUTE;
  const packed = picked + random.integer(10, 60) * MINUTE;
  const handedOver = packed + random.integer(60, 600) * MINUTE;
  const late = random.chance(0.1);
  const dueAt = handedOver + 3 * DAY;
  const door = handedOver + Math.floor((late ? 3.2 + 2 * random.unit() : 0.9 + 1.9 * random.unit()) * DAY);
  const retried = random.chance(0.02);
  const delivered = retried ? door + DAY : door;
  const steps: Step[] = [
    { status: 'created', at: from },
    { status: 'picked', at: picked },
    { status: 'packed', at: packed },
    { status: 'handed_over', at: handedOver },
    { status: 'in_transit', at: handedOver + 5 * HOUR },
    { status: 'out_for_delivery', at: door - 4 * HOUR },
    ...(retried ? [{ status: 'failed', at: door }] : []),
    { status: 'delivered', at: delivered },
  ];
  return { steps, carrier: random.weighted(carriers), dueAt, handedOver, delivered };
}

/** Some lines or all go back, a day to three weeks after they came. */
function sendBack(delivered: number, lines: readonly PurchaseLine[], random: Random) {
  const requested = delivered + Math.floor(Math.min(random.around(4, 0.9), 21) * DAY);
  const decided = requested + random.integer(2, 30) * HOUR;
  const received = decided + random.integer(40, 110) * HOUR;
  const refunded = received + random.integer(4, 50) * HOUR;
  const steps: Step[] = [{ status: 'requested', at: requested }];
  if (random.chance(0.06)) steps.push({ status: 'rejected', at: decided });
  else {
    steps.push({ status: 'approved', at: decided }, { status: 'received', at: received });
    steps.push({ status: 'refunded', at: refunded });
  }
  const some = lines.filter(() => random.chance(0.6));
  return { steps, lines: some.length > 0 ? some : lines, reason: random.weighted(returnReasons) };
}

export function planOrderLife(orderId: string, purchase: Purchase, random: Random): OrderLife {
  const { at, channel, lines } = purchase;
  const lineDiscounts = lines.reduce((sum, line) => sum + line.discount, 0);
  const subtotal = lines.reduce((sum, { product, quantity }) => sum + product.price * quantity, 0) - lineDiscounts;
  const discount = random.chance(0.18) ? Math.round(subtotal * 0.1) : 0;
  const tax = Math.round((subtotal - discount) * 0.19);
  const shipping = channel === 'store' || subtotal > 7500 ? 0 : 490;
  const { method, provider, days } = random.weighted(methods);
  const base = { orderId, purchase, subtotal, discount, tax, shipping, total: subtotal - discount + tax + shipping };

  const paidAt = at + random.integer(20, 170) * 1000 + Math.floor(days * (0.3 + 0.7 * random.unit()) * DAY);
  const payment = { at: paidAt, method, provider };
  const created: Step = { status: 'created', at };
  if (channel === 'store') {
    return {
      ...base,
      payment,
      steps: [created, { status: 'paid', at: paidAt }, { status: 'completed', at: paidAt + MINUTE }],
    };
  }
  const confirmed: Step = { status: 'confirmed', at: at + random.integer(5, 18) * 1000 };
  const paid: Step = { status: 'paid', at: paidAt };
  if (random.chance(0.05)) {
    const cancelled: Step = { status: 'cancelled', at: paidAt + random.integer(10, 900) * MINUTE };
    // A transfer that never came is why half of those are cancelled.
    if (days > 0 && random.chance(0.5)) return { ...base, steps: [created, confirmed, cancelled] };
    return { ...base, payment, steps: [created, confirmed, paid, cancelled] };
  }
  const processing: Step = { status: 'processing', at: paidAt + random.integer(30, 900) * MINUTE };
  const parcel = shipParcel(processing.at, random);
  const steps: Step[] = [
    created,
    confirmed,
    paid,
    processing,
    { status: 'shipped', at: parcel.handedOver },
    { status: 'delivered', at: parcel.delivered },
    { status: 'completed', at: parcel.delivered + 20 * HOUR },
  ];
  if (!random.chance(0.11)) return { ...base, payment, parcel, steps };

  const comeback = sendBack(parcel.delivered + DAY, lines, random);
  const refunded = comeback.steps.find(({ status }) => status === 'refunded');
  if (refunded && comeback.lines.length === lines.length) {
    const received = comeback.steps.find(({ status }) => status === 'received')!;
    steps.push({ status: 'returned', at: received.at }, refunded);
  }
  return { ...base, payment, parcel, comeback, steps };
}
