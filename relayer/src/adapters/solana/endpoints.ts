import type { Connection } from '@solana/web3.js';
import type { Logger } from 'pino';
import { adviceFor, TransientError } from '../../errors.ts';
import type { Clock, Metrics } from '../../ports.ts';
import { asked } from './rpc.ts';

/** One RPC node that a lane may ask. */
export interface Endpoint {
  /** Host and scheme: paths and queries hold keys. */
  readonly name: string;
  readonly connection: Connection;
}

/** Answers of every node of the lane's cluster, with `undefined` for those that gave none. */
export type Answers<T> = readonly (T | undefined)[];

/** Several nodes as one: an answer of any is enough to read, every one is heard where a proof is needed. */
export interface Endpoints {
  /**
   * Asks the nodes one after the other, those that work first, until one answers.
   * @throws TransientError RPC_UNAVAILABLE when none did
   */
  read<T>(what: string, call: (connection: Connection) => Promise<T>): Promise<T>;
  /**
   * Asks all that work at once; one that failed just now counts as not answering.
   * @throws TransientError RPC_UNAVAILABLE when none answered
   */
  all<T>(what: string, call: Call<T>): Promise<Answers<T>>;
  /** Tells all, and waits for the first that takes it. @throws TransientError RPC_UNAVAILABLE when none did */
  tell(what: string, call: (connection: Connection) => Promise<unknown>): Promise<void>;
  /** Names of those known to be of another cluster. */
  foreign(): readonly string[];
}

export interface EndpointsDeps {
  /** In order of preference, never empty. */
  readonly endpoints: readonly Endpoint[];
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** A node that failed comes last for so long; doubles up to the longest while it keeps failing. */
const REST_MIN_MS = 500;
const REST_MAX_MS = 30_000;

/** The name is the endpoint's. */
type Call<T> = (connection: Connection, name: string) => Promise<T>;

interface Member extends Endpoint {
  /** Of its cluster, once it has told. */
  genesis?: string;
  restMs: number;
  restsUntilMs: number;
}

/**
 * With one endpoint this is that endpoint. Of several, the first that tells its genesis hash decides which cluster is meant; nodes of
 * another one are never asked anything else.
 */
export function createEndpoints({ endpoints, clock, metrics, logger }: EndpointsDeps): Endpoints {
  const members = endpoints.map((one): Member => ({ ...one, restMs: 0, restsUntilMs: 0 }));
  let cluster: string | undefined;

  const failed = (member: Member, error: unknown) => {
    member.restMs = Math.min(Math.max(member.restMs * 2, REST_MIN_MS), REST_MAX_MS);
    member.restsUntilMs = clock.now() + member.restMs;
    if (members.length === 1) return;
    metrics.increment('rpc_failovers');
    logger.warn({ endpoint: member.name, restMs: member.restMs, err: error }, 'an RPC endpoint did not answer');
  };
  const ask = async <T>(member: Member, what: string, call: Call<T>): Promise<T> => {
    try {
      const answer = await asked(what, () => call(member.connection, member.name));
      member.restMs = 0;
      member.restsUntilMs = 0;
      return answer;
    } catch (error) {
      if (error instanceof TransientError) failed(member, error);
      throw error;
    }
  };
  const isForeign = ({ genesis }: Member) => genesis !== undefined && genesis !== cluster;
  /** A node is asked for its cluster before anything else, once. */
  const admit = async (member: Member): Promise<void> => {
    if (members.length === 1) return;
    if (member.genesis === undefined) {
      member.genesis = await ask(member, 'genesis hash', (connection) => connection.getGenesisHash());
      cluster ??= member.genesis;
      if (isForeign(member)) {
        const code = 'RPC_OTHER_CLUSTER';
        logger.error({ endpoint: member.name, code, advice: adviceFor(code) }, 'an RPC endpoint is of another cluster');
      }
    }
    if (isForeign(member)) throw new TransientError('RPC_UNAVAILABLE', `${member.name} is of another cluster`);
  };
  const admitted = async <T>(member: Member, what: string, call: Call<T>) => {
    await admit(member);
    return ask(member, what, call);
  };
  const rested = (member: Member) => clock.now() >= member.restsUntilMs;
  const inOrder = () => [...members.filter(rested), ...members.filter((member) => !rested(member))];

  return {
    async read(what, call) {
      let last: unknown;
      for (const member of inOrder()) {
        try {
          return await admitted(member, what, call);
        } catch (error) {
          if (!(error instanceof TransientError)) throw error;
          last ??= error;
        }
      }
      throw last;
    },
    async all(what, call) {
      const isAnyRested = members.some(rested);
      const asking = members.map(async (member) => {
        if (isAnyRested && !rested(member))
          throw new TransientError('RPC_UNAVAILABLE', `${member.name} did not answer`);
        return admitted(member, what, call);
      });
      const results = await Promise.allSettled(asking);
      const refused = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
      const broken = refused.find((error) => !(error instanceof TransientError));
      if (broken !== undefined || refused.length === results.length) throw broken ?? refused[0];
      return results.flatMap((result, at) => {
        if (result.status === 'fulfilled') return [result.value];
        return members[at] !== undefined && isForeign(members[at]) ? [] : [undefined];
      });
    },
    foreign: () => members.filter(isForeign).map((member) => member.name),
    async tell(what, call) {
      try {
        await Promise.any(members.map((member) => admitted(member, what, call)));
      } catch (error) {
        throw error instanceof AggregateError ? error.errors[0] : error;
      }
    },
  };
}
