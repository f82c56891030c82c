/** Why a node cannot have what it wants of the machine. */
export interface DeviceRefusal {
  readonly node: string;
  readonly message: string;
  readonly hint: string;
}
