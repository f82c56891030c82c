import * as z from 'zod/mini';
import { LAB_EVENT_KINDS } from '../model/lab-event.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import type { Topology } from '../model/topology.ts';
import type { Method, Requests } from './contract.ts';

const attributes = z.record(z.string(), z.string());
const linkEnd = z.object({ node: z.string(), port: z.optional(z.string()) });
const kinds = z.enum(['vm', 'namespace', 'hub', 'host', 'internet', 'drawing']);
const absolutePath = z.string().check(z.startsWith('/'));
const seconds = z.number().check(z.positive());

/** JSON leaves undefined members out, so those of the model are optional on the wire. */
const topology = z.object({
  name: z.string(),
  attributes,
  nodes: z.array(
    z.object({
      name: z.string(),
      kind: kinds,
      template: z.optional(z.string()),
      attributes,
      labelPorts: z.array(z.string()),
    }),
  ),
  links: z.array(z.object({ id: z.string(), tail: linkEnd, head: linkEnd, attributes })),
}) as unknown as z.ZodMiniType<Topology>;

export const labSpecSchema: z.ZodMiniType<LabSpec> = z.object({
  name: z.string(),
  directory: absolutePath,
  files: absolutePath,
  topology,
});

const nodes = z.optional(z.array(z.string()));

/** What a request must look like before any code of ours trusts it. */
export const requestSchemas: { readonly [M in Method]: z.ZodMiniType<Requests[M]> } = {
  status: z.object({ ports: z.boolean() }),
  start: z.object({ spec: labSpecSchema, nodes, wait: z.boolean(), timeout: seconds }),
  stop: z.object({ nodes }),
  down: z.strictObject({}),
  link: z.object({ node: z.string(), port: z.string(), on: z.boolean() }),
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
    z.object({
      action: z.literal('on'),
      ports: z.array(z.string()).check(z.minLength(1)),
      size: z.int().check(z.positive()),
      snaplen: z.int().check(z.nonnegative()),
    }),
    z.object({ action: z.literal('off') }),
    z.object({ action: z.literal('show') }),
  ]),
};
