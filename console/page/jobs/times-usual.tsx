/**
 * A run's duration as a multiple of the usual one.
 */
import { countText } from '../../timeline/durations';

/** Smallest multiple that is shown. */
const MIN_TIMES = 1.5;

/** Shows the multiple if it is remarkable. */
export function TimesUsual({ times }: { readonly times: number }) {
  return times < MIN_TIMES ? null : <strong class="slow">{countText(times)} × usual</strong>;
}
