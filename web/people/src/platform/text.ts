/** How long what one writes may be, counted as the server counts: by code points. */

export const TEXT = 500;
export const leftOf = (text: string, most = TEXT): number => most - [...text.normalize("NFC")].length;
