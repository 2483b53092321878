declare module "virtual:words" {
  /** Language code to what loads its compiled catalogue. */
  export const catalogues: Record<string, () => Promise<{ default: unknown }>>;
}
