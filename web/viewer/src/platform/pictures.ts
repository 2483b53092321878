/** Fetches a picture so that it is at hand; the service worker keeps it for flight mode. Is it there? */
export async function fetchPicture(src: string): Promise<boolean> {
  const answer = await fetch(src, { priority: "low" } as RequestInit);
  await answer.arrayBuffer();
  return answer.ok;
}
