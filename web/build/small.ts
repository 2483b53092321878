/** How scripts that a phone fetches are made small. */
export const SMALL = { module: true, ecma: 2020, compress: { passes: 3, pure_getters: true } } as const;
