/** Activities whose code nobody should write. */
import { THROWN } from './hostile';

/** Throws what goes by this name. */
export async function throwAnything(name: string): Promise<string> {
  throw THROWN[name]?.();
}
