import type { OrderAnswer } from '../domain/feed.ts';
import type { Feed } from '../ports.ts';

export interface Waiting {
  /** Undefined when it did not come in time. */
  readonly answer: Promise<OrderAnswer | undefined>;
  cancel(): void;
}

/** Hands the engine's answers to whoever waits for that of an order. Ask before the order is handed over. */
export function createAnswers(feed: Feed): (order: string, ms: number) => Waiting {
  const waiting = new Map<string, Set<(answer: OrderAnswer) => void>>();
  feed.listen((news) => {
    if (news.kind !== 'answer') return;
    for (const resolve of waiting.get(news.answer.order) ?? []) resolve(news.answer);
  });
  return (order, ms) => {
    if (ms === 0) return { answer: Promise.resolve(undefined), cancel: () => {} };
    let end: (answer?: OrderAnswer) => void = () => {};
    const answer = new Promise<OrderAnswer | undefined>((resolve) => {
      end = resolve;
    });
    const others = waiting.get(order) ?? new Set();
    waiting.set(order, others.add(end));
    const timer = setTimeout(() => end(), ms);
    const cancel = () => {
      clearTimeout(timer);
      end();
      others.delete(end);
      if (others.size === 0 && waiting.get(order) === others) waiting.delete(order);
    };
    return { answer, cancel };
  };
}
