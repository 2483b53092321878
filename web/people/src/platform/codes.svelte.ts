/** Recovery codes that were just made: held until they are saved, and nowhere else. */
class Codes {
  all = $state.raw<string[]>([]);
}
export const codes = new Codes();
