/** One configuration for Vite and svelte-check: runes everywhere. */
export default { compilerOptions: { runes: true } };
