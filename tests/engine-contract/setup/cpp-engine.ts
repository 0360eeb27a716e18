import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('../../../engine/build/lockstep-engine', import.meta.url));
const engine = process.env.LOCKSTEP_ENGINE || (existsSync(BUILT) ? BUILT : undefined);

/** Command line of the C++ engine: of LOCKSTEP_ENGINE, or of what tools/build-engine built; undefined when neither is there. */
export const cppCommand: string | undefined = engine === undefined ? undefined : `"${engine}"`;

/** What a test that needs it is skipped with. */
export const NOT_BUILT = 'the C++ engine is not built: tools/build-engine builds it';
