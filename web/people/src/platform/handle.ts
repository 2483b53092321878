/** Handles as people write them: with or without @, in capitals, with blanks around. */
export const handleOf = (text: string): string => text.trim().replace(/^@/, "").toLowerCase();
