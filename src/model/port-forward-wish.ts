/** A port that is forwarded to a node, as the node asks for it. */
export interface PortForwardWish {
  readonly proto: 'tcp' | 'udp';
  /** Where it is opened. */
  readonly port: number;
  /** At the node itself. */
  readonly targetPort: number;
  /** The provider that opens it; undefined for the last one on the way up that is no node of the kind `internet`. */
  readonly provider: string | undefined;
}

/** As the attribute has it, which reads back as the same. */
export function portForwardText({ port, proto, provider, targetPort }: PortForwardWish): string {
  const ports = port === targetPort ? `${port}` : `${port}:${targetPort}`;
  return `${proto} ${ports}${provider === undefined ? '' : ` from ${provider}`}`;
}
