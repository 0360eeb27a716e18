export { install } from './install.ts';
export { installedFolder, layoutOf } from './layout.ts';
export type { ServicePlan } from './service.ts';
export { runService } from './service.ts';
export type { ServiceState } from './state.ts';
export { serviceState } from './state.ts';
export { NONE, want, wantedRelease } from './wanted.ts';
