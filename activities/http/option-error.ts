/** The form of errors about options of the activities: name, expectation, what was given. Says no secret. */

/** @param given - what was given, described and not quoted where it may be a secret */
export function optionError(name: string, expected: string, given: string): TypeError {
  return new TypeError(`createHttpActivities: ${name}: expected ${expected}, got ${given}`);
}
