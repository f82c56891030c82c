import * as z from 'zod/mini';
import type { AttributeChanges, Change } from '../model/change.ts';
import { LAB_EVENT_KINDS } from '../model/lab-event.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import type { Attributes, Link, Topology, TopologyNode } from '../model/topology.ts';
import type { TopologyChanges } from '../model/topology-changes.ts';
import type { Connection } from '../plan/attachments.ts';
import type { Uplink } from '../plan/uplinks.ts';
import type { Method, Requests } from './contract.ts';

const attributes = z.record(z.string(), z.string());
const linkEnd = z.object({ node: z.string(), port: z.optional(z.string()) });
const kinds = z.enum(['vm', 'namespace', 'hub', 'host', 'internet', 'drawing']);
const absolutePath = z.string().check(z.startsWith('/'));
const seconds = z.number().check(z.positive());

/** JSON leaves undefined members out, so those of the model are optional on the wire. */
const html = z.optional(z.array(z.string()));
const node = z.object({
  name: z.string(),
  kind: kinds,
  template: z.optional(z.string()),
  attributes,
  labelPorts: z.array(z.string()),
  html,
}) as unknown as z.ZodMiniType<TopologyNode>;
const link = z.object({ id: z.string(), tail: linkEnd, head: linkEnd, attributes, html }) as unknown as z.ZodMiniType<Link>;
const topology = z.object({
  name: z.string(),
  attributes,
  html,
  nodes: z.array(node),
  links: z.array(link),
}) as unknown as z.ZodMiniType<Topology>;

const attributeChanges = z.record(z.string(), z.nullable(z.string()));
const changesByName = z.record(z.string(), attributeChanges);

/** What commands have changed of a topology, as a lab's document keeps it. */
export const topologyChangesSchema: z.ZodMiniType<TopologyChanges> = z.object({
  created: z.array(node),
  removed: z.array(z.string()),
  nodes: changesByName,
  attached: z.array(link),
  detached: z.array(z.string()),
  links: changesByName,
  graph: z._default(attributeChanges, {}),
});

/** The parts of a lab's document that no user writes. */
export interface DocumentRest {
  readonly connectionChanges: Readonly<Record<string, AttributeChanges>>;
  readonly connections: readonly Connection[];
  readonly uplinks: readonly Uplink[];
  readonly deferred: Readonly<Record<string, string>>;
  readonly numbers: Readonly<Record<string, number>>;
  readonly pins: Readonly<Record<string, string>>;
  readonly launched: Readonly<Record<string, { readonly node: TopologyNode; readonly graph: Attributes }>>;
}

const uplink = z.object({
  client: z.string(),
  provider: z.string(),
  clientPort: z.string(),
  providerPort: z.string(),
  providerMac: z.string(),
  terms: z.object({
    mac: z.string(),
    ip: z.string(),
    ip6: z.optional(z.string()),
    visibleIp: z.string(),
    visibleGateway: z.string(),
    visibleNetmask: z.string(),
    gateway: z.string(),
    gateway6: z.optional(z.string()),
  }),
});

export const documentRestSchema: z.ZodMiniType<DocumentRest> = z.object({
  connectionChanges: changesByName,
  connections: z.array(
    z.object({
      backend: z.string(),
      frontend: z.string(),
      mac: z.optional(z.string()),
      backendPort: z.string(),
      frontendPort: z.string(),
    }),
  ),
  uplinks: z._default(z.array(uplink), []),
  deferred: z._default(z.record(z.string(), z.string()), {}),
  numbers: z._default(z.record(z.string(), z.number()), {}),
  pins: z.record(z.string(), z.string()),
  launched: z.record(z.string(), z.object({ node, graph: attributes })),
}) as unknown as z.ZodMiniType<DocumentRest>;

const changedEnd = z.object({ node: z.string(), port: z.optional(z.string()) });

const change = z.discriminatedUnion('change', [
  z.object({
    change: z.literal('create'),
    node: z.string(),
    kind: kinds,
    template: z.optional(z.string()),
    attributes,
  }),
  z.object({ change: z.literal('clone'), node: z.string(), from: z.string() }),
  z.object({ change: z.literal('remove'), node: z.string() }),
  z.object({ change: z.literal('node'), node: z.string(), attributes: attributeChanges }),
  z.object({ change: z.literal('graph'), attributes: attributeChanges }),
  z.object({ change: z.literal('attach'), tail: changedEnd, head: changedEnd, attributes }),
  z.object({ change: z.literal('detach'), link: z.string() }),
  z.object({ change: z.literal('link'), link: z.string(), attributes: attributeChanges }),
]) as unknown as z.ZodMiniType<Change>;

export const labSpecSchema: z.ZodMiniType<LabSpec> = z.object({
  name: z.string(),
  directory: absolutePath,
  files: absolutePath,
  input: z.optional(absolutePath),
  template: z.optional(z.string()),
  topology,
});

const nodes = z.optional(z.array(z.string()));
const file = z.optional(z.object({ spec: z.union([z.int(), labSpecSchema]), only: nodes, discard: z.optional(z.boolean()) }));

/** What a request must look like before any code of ours trusts it. */
const recorderWish = {
  ports: z.array(z.string()),
  all: z.boolean(),
  size: z.int().check(z.positive()),
  snaplen: z.int().check(z.nonnegative()),
};

/** What a flight recorder records, as an engine leaves it to the next. */
export const recorderWishSchema: z.ZodMiniType<Omit<Extract<Requests['record'], { readonly action: 'on' }>, 'action'>> =
  z.object(recorderWish);

export const requestSchemas: { readonly [M in Method]: z.ZodMiniType<Requests[M]> } = {
  status: z.object({ ports: z.boolean() }),
  start: z.object({ spec: labSpecSchema, nodes, wait: z.boolean(), timeout: seconds }),
  stop: z.object({ nodes, kill: z.optional(z.boolean()), force: z.optional(z.boolean()) }),
  plan: z.object({ file }),
  apply: z.object({
    file,
    restart: z.enum(['yes', 'no', 'later']),
    remove: z.boolean(),
    wait: z.boolean(),
    timeout: seconds,
    brief: z.optional(z.boolean()),
  }),
  change: z.object({ changes: z.array(change) }),
  reattach: z.object({ nodes: z.array(z.string()) }),
  pause: z.object({ nodes: z.array(z.string()), paused: z.boolean() }),
  desired: z.strictObject({}),
  read: z.object({
    text: z.string(),
    path: z.string(),
    defaultName: z.string(),
    templates: z.array(z.string()),
    template: z.optional(z.string()),
    directory: absolutePath,
    files: absolutePath,
    input: z.optional(absolutePath),
  }),
  down: z.strictObject({}),
  link: z.object({
    node: z.string(),
    port: z.string(),
    on: z.boolean(),
    oneWay: z.optional(z.boolean()),
    lasts: z.optional(seconds),
    every: z.optional(seconds),
  }),
  conditions: z.object({ ports: z.optional(z.array(z.string())) }),
  exec: z.object({
    node: z.string(),
    argv: z.array(z.string()).check(z.minLength(1)),
    input: z.optional(z.string()),
    timeout: seconds,
  }),
  conformance: z.object({ ports: z.optional(z.array(z.string())) }),
  events: z.object({
    since: z.optional(z.number()),
    last: z.optional(z.number().check(z.nonnegative())),
    nodes,
    kinds: z.optional(z.array(z.enum(LAB_EVENT_KINDS))),
    past: z.optional(z.boolean()),
  }),
  capture: z.object({ words: z.array(z.string()), all: z.boolean() }),
  record: z.discriminatedUnion('action', [
    z.object({ action: z.literal('on'), ...recorderWish }).check(z.refine(({ all, ports }) => all || ports.length > 0)),
    z.object({ action: z.literal('off') }),
    z.object({ action: z.literal('show') }),
  ]),
};
