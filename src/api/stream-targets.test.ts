import fc from 'fast-check';
import { expect, it } from 'vitest';
import { captureTarget, recordingTarget, streamTarget } from './stream-targets.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });

it('reads a capture as it was asked for', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), fc.boolean(), text, fc.nat(), (ports, all, filter, snaplen) => {
      const request = { ports, all, filter, snaplen };
      expect(streamTarget(captureTarget(request))).toEqual({ stream: 'capture', ...request });
      expect(streamTarget(recordingTarget(ports))).toEqual({ stream: 'recording', ports });
    }),
  );
});

it.each([
  ['/v1/nodes/a%20b/console', { stream: 'console', node: 'a b' }],
  ['/v1/nodes/a/monitor', { stream: 'monitor', node: 'a' }],
  ['/v1/recording?', { stream: 'recording', ports: [] }],
  ['/v1/capture?port=a:b', { stream: 'capture', ports: ['a:b'], all: false, filter: '', snaplen: 0 }],
  ['/v1/capture?all=yes', { stream: 'capture', ports: [], all: true, filter: '', snaplen: 0 }],
  ['/v1/capture', undefined],
  ['/v1/capture?port=a:b&snaplen=-1', undefined],
  ['/v1/capture?port=%zz', undefined],
  ['/v1/nodes/%zz/console', undefined],
  ['/v1/nodes/a/disk', undefined],
])('%s', (target, expected) => {
  expect(streamTarget(target)).toEqual(expected);
});
