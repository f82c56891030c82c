/** What brings the machine's own access to other networks into a network namespace, as a program of an ordinary user. */
export interface WayOut {
  /**
   * Starts the program, unless it runs already, and resolves once the interface is there and configured. It outlives this process. Rejects
   * with a HostError: ENOENT (it is not installed), `way-out` with what it said.
   */
  open(request: WayOutRequest): Promise<OpenWayOut>;
  /** Ends the program that was opened with this file; gone already is fine. */
  close(pidFile: string): Promise<void>;
}

export interface WayOutRequest {
  /** A process in the namespace. */
  readonly pid: number;
  /** What the interface is called. */
  readonly interface: string;
  readonly ipv6: boolean;
  /** Keeps the program's process number. */
  readonly pidFile: string;
  /** What the program says is appended here. */
  readonly logFile: string;
}

export interface OpenWayOut {
  /** The IPv4 name server by which the machine's own ones answer. */
  readonly nameServer: string;
}
