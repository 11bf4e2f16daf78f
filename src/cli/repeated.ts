// Flags that may be repeated: each value is added to those before it.

/** For commander: the values of a flag so far, and one more. */
export const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];
