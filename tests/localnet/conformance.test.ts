/**
 * Proves: web3.js, spl-token and the Anchor provider work unmodified against the embedded node, and that it answers
 * like Agave: the same suite runs against solana-test-validator when SOLANA_TEST_VALIDATOR or PATH names one.
 * Does not prove: anything about forks, several validators, fees markets or time; see docs/reference/localnet.md.
 */
import { after, before, describe } from 'node:test';
import { type Chain, findValidator, startEmbedded, startValidator } from './chain.ts';
import { accountsSuite } from './conformance/accounts.ts';
import { blocksSuite } from './conformance/blocks.ts';
import { clientsSuite } from './conformance/clients.ts';
import { deploySuite } from './conformance/deploy.ts';
import { historySuite } from './conformance/history.ts';
import { sendSuite } from './conformance/send.ts';
import { subscriptionsSuite } from './conformance/subscriptions.ts';
import { tokensSuite } from './conformance/tokens.ts';
import { transportSuite } from './conformance/transport.ts';

const suites = {
  transport: transportSuite,
  blocks: blocksSuite,
  accounts: accountsSuite,
  tokens: tokensSuite,
  send: sendSuite,
  history: historySuite,
  subscriptions: subscriptionsSuite,
  clients: clientsSuite,
  deploy: deploySuite,
};

function runAgainst(name: string, start: () => Promise<Chain>): void {
  describe(name, () => {
    let chain: Chain;
    before(async () => {
      chain = await start();
    });
    after(() => chain.stop());
    for (const [suite, register] of Object.entries(suites)) describe(suite, () => register(() => chain));
  });
}

runAgainst('embedded node', startEmbedded);

const validator = findValidator();
if (validator === undefined) {
  console.log('solana-test-validator: NOT FOUND, the conformance suite ran against the embedded node alone');
} else {
  runAgainst('solana-test-validator', () => startValidator(validator));
}
