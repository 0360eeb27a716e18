import type { Json } from './json.ts';
import type { Topic, TopicKind } from './topics.ts';

export interface Notification {
  readonly kind: TopicKind;
  readonly subscription: number;
  readonly result: Json;
  /** The subscription has ended with this. */
  readonly isLast: boolean;
}

export interface Subscription<T extends Topic = Topic> {
  readonly id: number;
  readonly topic: T;
  readonly notify: (notification: Notification) => void;
}

/** Subscriptions of one kind, found by what they wait for. */
export class SubscriptionGroup<T extends Topic> {
  readonly #keyOf: (topic: T) => string;
  readonly #byKey = new Map<string, Set<Subscription<T>>>();

  constructor(keyOf: (topic: T) => string) {
    this.#keyOf = keyOf;
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  add(subscription: Subscription<T>): void {
    const key = this.#keyOf(subscription.topic);
    const same = this.#byKey.get(key);
    if (same === undefined) this.#byKey.set(key, new Set([subscription]));
    else same.add(subscription);
  }

  delete(subscription: Subscription<T>): void {
    const key = this.#keyOf(subscription.topic);
    const same = this.#byKey.get(key);
    same?.delete(subscription);
    if (same?.size === 0) this.#byKey.delete(key);
  }

  /** A copy, so that subscriptions may end while it is gone through. */
  with(key: string): Subscription<T>[] {
    return [...(this.#byKey.get(key) ?? [])];
  }
}
