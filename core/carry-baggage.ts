/**
 * The option `carryBaggage`: which baggage entries of its starter a run carries on. Host code.
 */
import { ALL_BAGGAGE, isBaggageName } from './baggage';
import { optionError } from './util/option-error';

const EXPECTED = "an array of baggage entry names such as ['tenant']";

/**
 * Returns the compiled option: names separated by commas, or `*` for all entries.
 *
 * @param subject class that has the option, for the error
 * @throws {OptionError} with the option's name, the expectation and the value
 */
export function compileCarryBaggage(names: unknown, subject: string): string {
  if (names === undefined) return ALL_BAGGAGE;
  if (!Array.isArray(names) || !names.every((name) => isBaggageName(name) && name !== ALL_BAGGAGE))
    throw optionError(subject, 'carryBaggage', EXPECTED, names);
  return names.join(',');
}
