/**
 * How much longer than usual a run took.
 */
import { countText } from '../../timeline/durations';

/** Worth saying from here on. */
const MIN_TIMES = 1.5;

export function TimesUsual({ times }: { readonly times: number }) {
  return times < MIN_TIMES ? null : <strong class="slow">{countText(times)} × usual</strong>;
}
