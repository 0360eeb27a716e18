import type { EngineMode } from '#relayer';

/** Who has the engine paused, as far as anybody knows. */
export const whoPaused = ({ request, isLastMaintenance }: EngineMode): string => {
  if (request === '') return 'nobody knows who asked for it';
  return isLastMaintenance
    ? `maintenance ${request}, which has ended, asked for it`
    : `request ${request} asked for it`;
};
