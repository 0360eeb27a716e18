export type { GatewayConfig, GatewayConfigInput } from './config.ts';
export { loadGatewayConfig, parseGatewayConfig } from './config.ts';
export type { RequestSigner, SignedHttpRequest, SigningTerms } from './domain/sign.ts';
export { keypairSigner, signCancel, signOrder, signTraderFeed } from './domain/sign.ts';
export type { SignedRequest } from './domain/signed-request.ts';
export { AUTH_HEADERS, bytesToSign } from './domain/signed-request.ts';
export type { RefusalCode } from './errors.ts';
export type { Gateway, GatewayDeps } from './main.ts';
export { startGateway } from './main.ts';
