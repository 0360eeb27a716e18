/** The Agave release whose runtime LiteSVM contains and whose answers the node copies. */
export const AGAVE_VERSION = '4.2.0';

/** Version of the node itself; `getVersion` shows it, so that nobody takes this chain for a cluster. */
export const LOCALNET_VERSION = '0.1.0';
