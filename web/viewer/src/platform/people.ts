/** Comments and people, shown by an application of their own over this one: `v/ID`, `@asha`. */

export const people = (path: string): Promise<void> =>
  import(/* @vite-ignore */ `${location.origin}/people/sheet.js`).then(({ open }) => open(path), () => { location.href = `/people/${path}`; });
