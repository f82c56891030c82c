/** Gets files over HTTP and HTTPS. */
export interface Download {
  /**
   * The whole body. Rejects with a HostError: `http-404` and the like for an answer other than 200, the errno's name
   * (ENOTFOUND, ECONNREFUSED...) where there was none. Redirects are followed. Nothing is checked: that is the caller's task.
   */
  get(url: string): Promise<Uint8Array>;
}
