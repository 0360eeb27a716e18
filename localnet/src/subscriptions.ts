import { matchesAll } from './account-filters.ts';
import { type AccountFormat, encodeAccount, MAX_BASE58_BYTES } from './encode-account.ts';
import type { TransactionRecord } from './history.ts';
import type { Json } from './json.ts';
import type { LocalNode, NodeObserver } from './node.ts';
import { type Subscription, SubscriptionGroup } from './subscription-group.ts';
import type { AccountState } from './svm.ts';
import type { Block, Commitment, OpenBlock } from './timeline.ts';
import type { Topic } from './topics.ts';
import { SYSTEM_PROGRAM } from './well-known.ts';

type TopicOf<Kind extends Topic['kind']> = Extract<Topic, { kind: Kind }>;

/** Topics that are not told apart by what they wait for share this key. */
const ANY = '';

/** What `accountSubscribe` shows for an account that is gone. */
const NO_ACCOUNT: AccountState = {
  lamports: 0n,
  owner: SYSTEM_PROGRAM,
  executable: false,
  data: new Uint8Array(),
  rentEpoch: 0n,
};

/** Everybody's subscriptions, fed by what happens on the chain. */
export class Subscriptions implements NodeObserver {
  readonly #node: LocalNode;
  readonly #accounts = new SubscriptionGroup<TopicOf<'account'>>(({ address }) => address);
  readonly #signatures = new SubscriptionGroup<TopicOf<'signature'>>(({ signature }) => signature);
  readonly #programs = new SubscriptionGroup<TopicOf<'program'>>(({ commitment }) => commitment);
  readonly #logs = new SubscriptionGroup<TopicOf<'logs'>>(({ commitment }) => commitment);
  readonly #slots = new SubscriptionGroup<TopicOf<'slot'>>(() => ANY);
  readonly #roots = new SubscriptionGroup<TopicOf<'root'>>(() => ANY);
  readonly #endings = new Map<number, () => void>();
  /** Account notifications for "finalized", made when their block ended, by its slot. */
  readonly #awaitingFinality = new Map<bigint, (() => void)[]>();
  #nextId = 1;

  constructor(node: LocalNode) {
    this.#node = node;
    node.observe(this);
  }

  get size(): number {
    return this.#endings.size;
  }

  /** Starts a subscription; a signature that has already come far enough is reported after this turn. */
  add(topic: Topic, notify: Subscription['notify']): number {
    const id = this.#nextId;
    this.#nextId += 1;
    switch (topic.kind) {
      case 'account':
        this.#start(this.#accounts, { id, topic, notify });
        break;
      case 'signature':
        this.#start(this.#signatures, { id, topic, notify });
        setImmediate(() => this.#reportIfReached({ id, topic, notify }));
        break;
      case 'program':
        this.#start(this.#programs, { id, topic, notify });
        break;
      case 'logs':
        this.#start(this.#logs, { id, topic, notify });
        break;
      case 'slot':
        this.#start(this.#slots, { id, topic, notify });
        break;
      case 'root':
        this.#start(this.#roots, { id, topic, notify });
        break;
    }
    return id;
  }

  remove(id: number): void {
    this.#endings.get(id)?.();
    this.#endings.delete(id);
  }

  transactionReceived(signature: string): void {
    const { slot } = this.#node.timeline.open;
    for (const subscription of this.#signatures.with(signature)) {
      if (subscription.topic.onReceived) this.#send(subscription, inSlot(slot, 'receivedSignature'));
    }
  }

  transactionExecuted(record: TransactionRecord): void {
    this.#reportSignature(record.signature, record.slot, 'processed');
    this.#reportLogs(record, 'processed');
  }

  accountsWritten(addresses: readonly string[]): void {
    const { slot } = this.#node.timeline.open;
    for (const send of this.#accountNotifications(addresses, slot, 'processed')) send();
  }

  blockEnded({ slot, signatures }: Block, written: ReadonlySet<string>): void {
    this.#reportBlock(slot, signatures, 'confirmed');
    for (const send of this.#accountNotifications(written, slot, 'confirmed')) send();
    const later = this.#accountNotifications(written, slot, 'finalized');
    if (later.length > 0) this.#awaitingFinality.set(slot, later);
  }

  slotOpened({ slot, parentSlot }: OpenBlock): void {
    const root = this.#node.timeline.finalized.slot;
    for (const subscription of this.#slots.with(ANY)) this.#send(subscription, { parent: parentSlot, root, slot });
  }

  blockFinalized({ slot, signatures }: Block): void {
    this.#reportBlock(slot, signatures, 'finalized');
    for (const send of this.#awaitingFinality.get(slot) ?? []) send();
    this.#awaitingFinality.delete(slot);
    for (const subscription of this.#roots.with(ANY)) this.#send(subscription, slot);
  }

  #start<T extends Topic>(group: SubscriptionGroup<T>, subscription: Subscription<T>): void {
    group.add(subscription);
    this.#endings.set(subscription.id, () => group.delete(subscription));
  }

  #send({ id, topic, notify }: Subscription, result: Json, isLast = false): void {
    if (isLast) this.remove(id);
    notify({ kind: topic.kind, subscription: id, result, isLast });
  }

  #reportBlock(slot: bigint, signatures: readonly string[], commitment: Commitment): void {
    for (const signature of signatures) {
      this.#reportSignature(signature, slot, commitment);
      const record = this.#logs.isEmpty ? undefined : this.#node.history.get(signature);
      if (record !== undefined) this.#reportLogs(record, commitment);
    }
  }

  #reportSignature(signature: string, slot: bigint, commitment: Commitment): void {
    for (const subscription of this.#signatures.with(signature)) {
      if (subscription.topic.commitment === commitment) this.#finish(subscription, slot);
    }
  }

  #reportIfReached(subscription: Subscription<TopicOf<'signature'>>): void {
    if (!this.#endings.has(subscription.id)) return;
    const { signature, commitment } = subscription.topic;
    const { slot } = this.#node.timeline.at(commitment);
    const status = this.#node.statuses.get(signature);
    if (status !== undefined && status.slot <= slot) this.#finish(subscription, slot);
  }

  #finish(subscription: Subscription<TopicOf<'signature'>>, slot: bigint): void {
    const err = this.#node.statuses.get(subscription.topic.signature)?.err ?? null;
    this.#send(subscription, inSlot(slot, { err }), true);
  }

  #reportLogs({ signature, slot, err, logs, accounts }: TransactionRecord, commitment: Commitment): void {
    for (const subscription of this.#logs.with(commitment)) {
      const { mention } = subscription.topic;
      if (mention !== undefined && !accounts.includes(mention)) continue;
      this.#send(subscription, inSlot(slot, { err, logs: logs ?? [], signature }));
    }
  }

  /** Encodes at once and sends when called: what is sent later still shows the state of this moment. */
  #accountNotifications(addresses: Iterable<string>, slot: bigint, commitment: Commitment): (() => void)[] {
    const sends: (() => void)[] = [];
    const sendLater = (subscription: Subscription, value: Json) => {
      const result = inSlot(slot, value);
      sends.push(() => {
        if (this.#endings.has(subscription.id)) this.#send(subscription, result);
      });
    };
    const programs = this.#programs.with(commitment);
    for (const address of addresses) {
      const watchers = this.#accounts.with(address).filter(({ topic }) => topic.commitment === commitment);
      if (watchers.length === 0 && programs.length === 0) continue;
      const account = this.#node.svm.getAccount(address);
      for (const subscription of watchers) {
        sendLater(subscription, this.#encode(account ?? NO_ACCOUNT, subscription.topic.format));
      }
      for (const subscription of programs) {
        const { program, filters, format } = subscription.topic;
        if (account === undefined || account.owner !== program || !matchesAll(account, filters)) continue;
        sendLater(subscription, { account: this.#encode(account, format), pubkey: address });
      }
    }
    return sends;
  }

  /** A notification can't be refused: data too long for base58 is sent as base64. */
  #encode(account: AccountState, format: AccountFormat): Json {
    const isBase58 = format.encoding === 'binary' || format.encoding === 'base58';
    const isTooLong = isBase58 && account.data.length > MAX_BASE58_BYTES;
    const readMint = (mint: string) => this.#node.svm.getAccount(mint);
    return encodeAccount(account, isTooLong ? { ...format, encoding: 'base64' } : format, readMint);
  }
}

function inSlot(slot: bigint, value: Json): Json {
  return { context: { slot }, value };
}
