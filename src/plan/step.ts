/** One thing to do, and why. Steps are values: printed, tested and executed alike. */
export type Step =
  | { readonly action: 'terminate'; readonly node: string; readonly reason: string }
  | { readonly action: 'make-namespace'; readonly node: string; readonly reason: string }
  | { readonly action: 'connect'; readonly link: string; readonly reason: string }
  | { readonly action: 'carrier'; readonly link: string; readonly on: boolean; readonly reason: string }
  | { readonly action: 'launch'; readonly node: string; readonly reason: string };
