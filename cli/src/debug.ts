/** Whether the operator asked for stack traces and logs: DEBUG=lockstep, alone or in a list. */
export const isDebug = (): boolean => (process.env.DEBUG ?? '').split(',').includes('lockstep');
