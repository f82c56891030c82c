/** One call between the genuine client and the genuine daemon, as it went over the wire (specs of the Admin API, section 2). */
export interface RecordedExchange {
  readonly request: string;
  readonly reply: string;
}

const call = (request: string, reply: string): RecordedExchange => ({ request, reply });

export const RECORDED = {
  list: call(
    'admin.vm.List+ dom0 name dom0\x00',
    '0\x00dom0 class=AdminVM state=Running uuid=00000000-0000-0000-0000-000000000000\nwork class=AppVM state=Halted uuid=a5179647-4969-414a-9992-2af819c3bb90\n',
  ),
  featureSet: call('admin.vm.feature.Set+foo dom0 name work\x00bar', '0\x00'),
  featureGet: call('admin.vm.feature.Get+foo dom0 name work\x00', '0\x00bar'),
  featureList: call('admin.vm.feature.List+ dom0 name work\x00', '0\x00foo\nempty\n'),
  featureMissing: call(
    'admin.vm.feature.Get+nosuch dom0 name work\x00',
    '2\x00QubesFeatureNotFoundError\x00\x00Feature not set for domain work: nosuch\x00',
  ),
  netvm: call('admin.vm.property.Get+netvm dom0 name work\x00', '0\x00default=True type=vm sys-firewall'),
  gateway: call('admin.vm.property.Get+gateway dom0 name work\x00', '0\x00default=True type=str '),
  memory: call('admin.vm.property.Get+memory dom0 name work\x00', '0\x00default=False type=int 500'),
  netvmNone: call('admin.vm.property.Set+netvm dom0 name work\x00', '0\x00'),
  netvmDefault: call('admin.vm.property.GetDefault+netvm dom0 name work\x00', '0\x00type=vm sys-firewall'),
  defaultNetvm: call('admin.property.Get+default_netvm dom0 name dom0\x00', '0\x00default=False type=vm sys-firewall'),
  currentState: call('admin.vm.CurrentState+ dom0 name work\x00', '0\x00mem=0 mem_static_max=0 cputime=0 power_state=Halted'),
  shutdown: call('admin.vm.Shutdown+force+wait dom0 name sys-net\x00', '0\x00'),
  shutdownInUse: call(
    'admin.vm.Shutdown+ dom0 name sys-net\x00',
    '2\x00QubesVMInUseError\x00\x00There are other VMs connected to this VM: sys-firewall\x00',
  ),
  firewallGet: call(
    'admin.vm.firewall.Get+ dom0 name work\x00',
    '0\x00action=accept\naction=accept dst4=1.2.3.4/32 proto=tcp dstports=80-80\n',
  ),
  firewallSet: call(
    'admin.vm.firewall.Set+ dom0 name work\x00action=accept\naction=accept proto=tcp dst4=1.2.3.4/32 dstports=80-80\n',
    '0\x00',
  ),
  tagGet: call('admin.vm.tag.Get+foo dom0 name work\x00', '0\x001'),
  create: call('admin.vm.Create.AppVM+tmpl dom0 name dom0\x00name=x3 label=red', '0\x00'),
  labels: call('admin.label.List+ dom0 name dom0\x00', '0\x00red\norange\nyellow\ngreen\ngray\nblue\npurple\nblack\n'),
} satisfies Readonly<Record<string, RecordedExchange>>;

/** What followed `admin.Events+ dom0 name dom0\x00`: the first two events. */
export const RECORDED_EVENTS =
  '1\x00\x00connection-established\x00\x00' +
  '1\x00work\x00domain-pre-start\x00start_guid\x00True\x00mem_required\x00None\x00\x00';
