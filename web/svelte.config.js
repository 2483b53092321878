/**
 * One configuration for Vite and svelte-check: runes everywhere. A component's class is five letters of its file's
 * hash: it stands in each of its elements.
 */
export default { compilerOptions: { runes: true, cssHash: ({ hash, filename }) => `s${hash(filename).slice(0, 4)}` } };
