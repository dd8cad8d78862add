/** The activity of the benchmarks: it does nothing, so that only its surroundings are measured. */
export async function work(): Promise<void> {}
