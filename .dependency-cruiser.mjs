/** The rooms of src/ and what each may import: docs/ARCHITECTURE.md draws this table. */
const rooms = {
  model: [],
  dot: ['model'],
  address: ['model'],
  keyfile: ['model'],
  generate: ['model', 'address'],
  graph: ['model'],
  capture: ['model'],
  conformance: ['model'],
  routing: ['model', 'address'],
  plan: ['model', 'address', 'routing'],
  boundary: ['model', 'plan', 'capture'],
  'drivers/qemu': ['model', 'plan', 'boundary'],
  'drivers/namespace': ['model', 'plan', 'boundary'],
  wires: ['model', 'address', 'plan', 'boundary'],
  host: ['model', 'capture', 'boundary'],
  engine: ['model', 'address', 'plan', 'boundary', 'wires', 'capture', 'conformance', 'keyfile', 'routing'],
  api: ['model', 'plan', 'boundary'],
  image: ['model', 'boundary'],
  cli: ['model', 'address', 'dot', 'generate', 'graph', 'capture', 'plan', 'api', 'boundary', 'keyfile', 'routing'],
};

/** Packages from npm, and the rooms that may use them. */
const packages = {
  '@viz-js/lang-dot': ['dot'],
  '@lezer': ['dot'],
  mustache: ['generate'],

  '@viz-js/viz': ['graph'],
  commander: ['cli'],
  'dns-packet': ['host'],
  zod: ['api'],
  koffi: ['host'],
};

const test = '\\.test\\.ts$';
const pattern = (text) => text.replaceAll('/', '\\/').replaceAll('.', '\\.');

const roomRules = Object.entries(rooms).map(([room, may]) => ({
  name: `${room.replace('/', '-')}-imports-only-${may.join('-').replaceAll('/', '-') || 'itself'}`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: test },
  to: { path: '^src/', pathNot: `^src/(${[room, ...may].join('|')})/` },
}));

const packageRules = Object.entries(packages).map(([name, may]) => ({
  name: `${name}-only-in-${may.join('-')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: [test, `^src/(${may.join('|')})/`] },
  to: { path: `^node_modules/${pattern(name)}(/|$)` },
}));

export default {
  forbidden: [
    ...roomRules,
    ...packageRules,
    {
      name: 'only-host-and-main-touch-the-system',
      severity: 'error',
      from: { path: '^src/', pathNot: [test, '^src/(host|main)/'] },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
