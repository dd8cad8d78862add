/** The activity of the benchmarks: nothing, so that only what surrounds it is measured. */
export async function work(): Promise<void> {}
