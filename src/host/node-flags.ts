/** With what node runs the programs that stay: errors name lines of the sources, and garbage can be collected when there is time for it. */
export const nodeFlags: readonly string[] = ['--enable-source-maps', '--expose-gc'];
