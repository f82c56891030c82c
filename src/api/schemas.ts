import { z } from 'zod';
import type { Topology } from '../model/topology.ts';
import type { LabSpec, Method, Requests } from './contract.ts';

const attributes = z.record(z.string(), z.string());
const linkEnd = z.object({ node: z.string(), port: z.string().optional() });
const kinds = z.enum(['vm', 'namespace', 'hub', 'host', 'internet', 'drawing']);

/** JSON leaves undefined members out, so those of the model are optional on the wire. */
const topology = z.object({
  name: z.string(),
  attributes,
  nodes: z.array(
    z.object({ name: z.string(), kind: kinds, template: z.string().optional(), attributes, labelPorts: z.array(z.string()) }),
  ),
  links: z.array(z.object({ id: z.string(), tail: linkEnd, head: linkEnd, attributes })),
}) as unknown as z.ZodType<Topology>;

export const labSpecSchema: z.ZodType<LabSpec> = z.object({
  name: z.string(),
  directory: z.string().startsWith('/'),
  files: z.string().startsWith('/'),
  topology,
});

const nodes = z.array(z.string()).optional();

/** What a request must look like before any code of ours trusts it. */
export const requestSchemas: { readonly [M in Method]: z.ZodType<Requests[M]> } = {
  status: z.object({ ports: z.boolean() }),
  start: z.object({ spec: labSpecSchema, nodes, wait: z.boolean(), timeout: z.number().positive() }),
  stop: z.object({ nodes }),
  down: z.object({}).strict(),
  link: z.object({ node: z.string(), port: z.string(), on: z.boolean() }),
  exec: z.object({
    node: z.string(),
    argv: z.array(z.string()).min(1),
    input: z.string().optional(),
    timeout: z.number().positive(),
  }),
};
