/** Activities with hostile code. */
import { THROWN } from './hostile';

/** Throws the value of {@link THROWN} with this name. */
export async function throwAnything(name: string): Promise<string> {
  throw THROWN[name]?.();
}
